using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.State;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Hosting;

/// <summary>Decides which unfinished runs this process continues, at its start and when another process has ended. Thread-safe.</summary>
internal sealed class UnfinishedRuns(LocalAppSettings settings, IServiceProvider services)
{
    /// <summary>By run. Another attempt of it, or another run of its id, is judged anew: it may ask another kind of model.</summary>
    private readonly ConcurrentDictionary<string, LeftAttempt> _left = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _unreadable = new(StringComparer.Ordinal);

    /// <summary>The runs that are not continued because no provider, or another kind of model, would answer, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> WithoutModel =>
        _left.ToDictionary(left => left.Key, left => left.Value.Reason, StringComparer.Ordinal);

    /// <summary>The runs that are not continued because their records cannot be read, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> Unreadable => _unreadable;

    /// <summary>The ids of the runs that orchestration instances belong to, each once and in ordinal order.</summary>
    public static IReadOnlyList<string> RunIds(IEnumerable<string> instanceIds) =>
        [.. instanceIds.Select(RunId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Whether the app continues an orchestration instance that may be unfinished.</summary>
    public async Task<bool> ContinuesAsync(string instanceId, CancellationToken cancellationToken)
    {
        var runId = RunId(instanceId);
        if (settings.Storage.Kind != StorageKind.Files && settings.Runs.Contains(runId))
        {
            return true;
        }

        if (settings.Continues is not { } continues)
        {
            return false;
        }

        try
        {
            var runs = services.GetRequiredService<RunStore>();
            var record = await runs.FindAsync(runId, cancellationToken);
            if (!continues(record))
            {
                return false;
            }

            if (record is not { HasEnded: false })
            {
                return true;
            }

            if (_left.TryGetValue(runId, out var left) && left.Run == record.Identity && left.Attempt == record.Attempt)
            {
                return false;
            }

            if (await runs.FindPreparedAsync(record, record.Attempt, cancellationToken) is not { } run
                || ModelChange.FindObstacle(run, services.GetRequiredService<IChatClientFactory>()) is not { } obstacle)
            {
                return true;
            }

            // The run would fail at once, or be paid for, or get made-up texts, without being asked for. A start without a provider is refused, too.
            _left[runId] = new LeftAttempt(record.Identity, record.Attempt, obstacle);
            return false;
        }
        catch (UnreadableRecordException problem)
        {
            // A record that cannot be read does not say whether the run has a foreground caller.
            _unreadable[runId] = problem.Message;
            return false;
        }
    }

    private static string RunId(string instanceId) => instanceId.Split('.')[0];

    /// <summary>An attempt that is not continued, and why.</summary>
    private sealed record LeftAttempt(RunIdentity Run, int Attempt, string Reason);
}
