using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.CrashSweep.Checking;
using Orchestrator.CrashSweep.Running;
using Orchestrator.CrashSweep.Writes;
using Orchestrator.Testing.Rules;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.CrashSweep;

/// <summary>
/// Generated definitions on the whole app, without faults other than their own failing steps. Must not be used on the thread pool.
/// </summary>
internal static class SweepRules
{
    /// <summary>One of so many seeds is for resuming.</summary>
    private const int Resumed = 4;

    private const double MostMs = 12 * 3_600_000;

    /// <summary>The clock is set in one of so many of each kind.</summary>
    private const int ClockSet = 3;

    public static void Run(int seed, SweepReport report)
    {
        var profile = seed % Resumed == 0 ? RulesProfile.Resumable : RulesProfile.Everything;
        var item = RulesGenerator.Make(seed, profile);
        if (RulesPlan.Of(item) is null)
        {
            return;
        }

        var name = $"{(profile == RulesProfile.Resumable ? SweepDefinitions.Resumable : SweepDefinitions.Free)}{seed}";
        var definition = SweepDefinitions.Find(name)! with { SetsClock = seed % ClockSet == 1 || seed % (Resumed * ClockSet) == 0 };
        var differences = profile == RulesProfile.Resumable ? Resume(definition, seed) : Play(definition, seed, result => []);
        report.Add(new SweepCase(definition, seed, SweepFault.None, 0), null, differences.Count == 0 ? [] : [.. differences, $"{item}"], []);
    }

    /// <summary>
    /// A resumed or forked run has the result of a new run with the later answers, and repeats no prompt that was answered.
    /// </summary>
    private static IReadOnlyList<string> Resume(SweepDefinition definition, int seed)
    {
        var (resumed, fresh) = ((string?)null, "");
        var after = Play(definition, seed, result =>
        {
            // A run that completed has nothing to resume, even if steps failed in it.
            var runs = result.App.Get<RunStore>();
            var first = runs.FindAsync(SweepRuns.Started, CancellationToken.None).GetAwaiter().GetResult()!;
            var forked = runs.FindAsync(SweepRuns.Forked, CancellationToken.None).GetAwaiter().GetResult();
            resumed = forked is not null && first.Status != RunStatus.Completed ? Result(result, SweepRuns.Forked)
                : first.Attempt > 1 ? Result(result, SweepRuns.Started)
                : null;
            var anew = Anew(result.App.Get<RunStore>().GetPreparedAsync(SweepRuns.Started, 1, CancellationToken.None).GetAwaiter().GetResult());
            return definition.Requests.Any(request => request.From is not null) ? [] : result.Calls.PaidTwice()
                .Where(paid => !anew.Contains(paid.Step)).Select(paid => $"Step '{paid.Step}' asked again what was answered: {paid.Question}");
        });
        var again = Play(definition with { Answers = definition.ResumedAnswers!, Requests = [] }, seed, result =>
        {
            fresh = Result(result, SweepRuns.Started);
            return [];
        });
        // Where a failure stops the run, what had started by then depends on the moment.
        var mayDiffer = resumed is null
            || (resumed.StartsWith("Failed", StringComparison.Ordinal) && fresh.StartsWith("Failed", StringComparison.Ordinal));
        return [.. after, .. again, .. mayDiffer || resumed == fresh ? Array.Empty<string>() : [$"resumed:\n{resumed}\nfresh:\n{fresh}"]];
    }

    /// <summary>
    /// Steps that a resume may ask again: final and repeated ones, and what comes after a fallback step, of which a resume does not know beforehand
    /// whether it is needed this time.
    /// </summary>
    private static HashSet<string> Anew(PreparedRun run)
    {
        var behindFallbacks = new HashSet<int>();
        foreach (var step in run.Graph.TopologicalOrder)
        {
            if (run.Plan.Steps[step].DependsOn.Any(dependency => run.Plan.Steps[dependency].IsFallback || behindFallbacks.Contains(dependency)))
            {
                behindFallbacks.Add(step);
            }
        }

        return run.Steps
            .Where((step, position) => step.Repeat is not null || run.Plan.Steps[position].IsFinal || behindFallbacks.Contains(position))
            .Select(step => step.Id)
            .ToHashSet(StringComparer.Ordinal);
    }

    private static IReadOnlyList<string> Play(SweepDefinition definition, int seed, Func<SweepResult, IEnumerable<string>> alsoWrong)
    {
        try
        {
            using var result = SweepRun.Execute(new SweepCase(definition, seed, SweepFault.None, 0));
            var judgement = SweepJudgement.Of(result, result.Calls.All(), SweepSnapshot.Of(result, afterOutage: false));
            return [.. judgement.Differences, .. judgement.Repeated, .. WrongTimes(result), .. alsoWrong(result)];
        }
        catch (SweepException exception)
        {
            return [$"{exception.Message} {exception.InnerException}"];
        }
    }

    /// <summary>
    /// Steps that ended before they began, or took days: no case plays that long. A run that rests while it is suspended follows the wall clock, so
    /// how long it waited is what that says.
    /// </summary>
    private static IEnumerable<string> WrongTimes(SweepResult result) =>
        from run in SweepRuns.In(result.Disk.Store)
        let document = result.App.Get<RunReader>().FindAsync(run, CancellationToken.None).GetAwaiter().GetResult()!
        from step in document.Steps
        where step.Value.CompletedAt < step.Value.StartedAt || step.Value is { DurationMs: < 0 or > MostMs } or { QueuedMs: < 0 }
            || (step.Value.QueuedMs > MostMs && !result.Case.Definition.Requests.Any(request => request.Kind == SweepRequestKind.Suspend))
        select $"Step '{step.Key}' of '{run}' took {step.Value.DurationMs} ms after {step.Value.QueuedMs} ms, from {step.Value.StartedAt} " +
            $"to {step.Value.CompletedAt}.";

    /// <summary>For a fallback step that is not needed and could not run either, the reason depends on the moment.</summary>
    private static string Result(SweepResult result, string runId)
    {
        var run = result.App.Get<RunReader>().FindAsync(runId, CancellationToken.None).GetAwaiter().GetResult()!;
        var steps = run.Steps.Select(step =>
            $"{step.Key}:{(step.Value.Status == StepStatus.Reused ? StepStatus.Completed : step.Value.Status)}" +
            $"{(step.Value.Reason == StepReason.Condition ? step.Value.Reason : "")}");
        return $"{run.Status} {run.Outputs?.ToJsonString(WorkflowJson.Compact)} {string.Join(' ', steps)}";
    }
}
