using Orchestrator.CrashSweep.Checking;
using Orchestrator.CrashSweep.Running;
using Orchestrator.CrashSweep.Writes;

namespace Orchestrator.CrashSweep;

/// <summary>
/// The run of a definition without faults, with which every other run of it is compared. Must not be used on the thread pool.
/// </summary>
public sealed class SweepBaseline
{
    private static readonly int[] Downtimes = [0, 1, 24, 30 * 24];

    private readonly SweepDefinition _definition;
    private readonly int _seed;
    private readonly bool _onFiles;
    private readonly IReadOnlySet<(string Step, int Attempt)> _calls;
    private readonly IReadOnlyDictionary<string, string> _snapshot;
    private readonly IReadOnlyDictionary<string, string> _snapshotAfterOutage;

    /// <exception cref="SweepException">The run did not end, or calls a model or tool twice for an attempt.</exception>
    public SweepBaseline(SweepDefinition definition, int seed, bool onFiles)
    {
        (_definition, _seed, _onFiles) = (definition, seed, onFiles);
        using var result = SweepRun.Execute(new SweepCase(definition, seed, SweepFault.None, 0, OnFiles: onFiles));
        _calls = result.Calls.All();
        (_snapshot, _snapshotAfterOutage) = (SweepSnapshot.Of(result, afterOutage: false), SweepSnapshot.Of(result, afterOutage: true));
        (Writes, StoreWrites, Activities) = (result.First.Names, result.First.StoreCount, result.Activities.Names);
        var documents = _snapshot[SweepSnapshot.Documents];
        if (definition.Shows is { } shows ? !documents.Contains(shows, StringComparison.Ordinal) : documents != "[]")
        {
            throw new SweepException($"'{definition.Name}' should show {definition.Shows ?? "no run"}: {documents}");
        }

        var judgement = SweepJudgement.Of(result, _calls, _snapshot);
        if (judgement.Differences.Concat(judgement.Repeated).ToList() is { Count: > 0 } wrong)
        {
            throw new SweepException($"'{definition.Name}' with seed {seed} goes wrong by itself: {string.Join('\n', wrong)}");
        }
    }

    /// <summary>The time between a death and the next start: an hour, a day, or a month; zero where the result would depend on it.</summary>
    private int Hours(int at) => _definition switch
    {
        { IsFree: true } => Downtimes[at % Downtimes.Length],
        { DependsOnTime: true } => 0,
        _ => Downtimes[1 + (at % (Downtimes.Length - 1))],
    };

    /// <summary>What was written, in its order.</summary>
    public IReadOnlyList<string> Writes { get; }

    /// <summary>How many of the writes went to the content store.</summary>
    public int StoreWrites { get; }

    /// <summary>The activities that were executed, sorted.</summary>
    public IReadOnlyList<string> Activities { get; }

    /// <summary>Each fault at each write and each activity.</summary>
    public IEnumerable<SweepCase> Cases()
    {
        for (var at = 1; at <= Writes.Count; at++)
        {
            yield return Case(SweepFault.DiesBefore, at);
            yield return Case(SweepFault.DiesAfter, at);
            yield return Case(SweepFault.DiesAfter, at, 1 + ((at * 7) % Writes.Count));
            yield return Case(SweepFault.DiskFull, at);
            yield return Case(SweepFault.PowerFails, at);
            if (Writes[at - 1].StartsWith("append", StringComparison.Ordinal))
            {
                yield return Case(SweepFault.DiesTorn, at);
            }
        }

        for (var at = 1; at <= StoreWrites; at++)
        {
            yield return Case(SweepFault.FailsOnce, at);
            yield return Case(SweepFault.FailsAfterSuccess, at);
            if (!_definition.DependsOnTime)
            {
                yield return Case(SweepFault.StoreAway, at);
            }
        }

        for (var at = 1; at <= Activities.Count; at++)
        {
            yield return Case(SweepFault.RunsTwice, at);
        }
    }

    private SweepCase Case(SweepFault fault, int at, int again = 0) => new(_definition, _seed, fault, at, again, Hours(at), _onFiles);

    /// <summary>Runs a case of this definition and seed and adds it to the report.</summary>
    public void Run(SweepCase item, SweepReport report)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(report);
        try
        {
            using var result = SweepRun.Execute(item, item.Fault == SweepFault.RunsTwice ? Activities[item.At - 1] : null);
            var judgement = SweepJudgement.Of(result, _calls, item.Fault == SweepFault.StoreAway ? _snapshotAfterOutage : _snapshot);
            var struck = result.First.Struck ?? result.Activities.Doubled;
            report.Add(
                item, struck, struck is null ? ["Nothing went wrong: the case tries nothing.", .. judgement.Differences] : judgement.Differences,
                judgement.Repeated);
        }
        catch (SweepException exception)
        {
            report.Add(item, null, [$"{exception.Message} {exception.InnerException}"], []);
        }
    }
}
