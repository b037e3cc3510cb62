using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.RunLogs;
using Orchestrator.CrashSweep.Running;
using Orchestrator.CrashSweep.Writes;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.History;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.CrashSweep.Checking;

/// <summary>Finds what is wrong with a run: by comparison with the run without faults, and by itself.</summary>
internal sealed class SweepJudgement(SweepResult result)
{
    private static readonly string[] Ends = ["step.completed", "step.failed", "step.skipped", "step.cancelled"];

    private readonly List<string> _differences = [];

    private bool IsAfterOutage => result.Case.Fault == SweepFault.StoreAway;

    /// <summary>Finished attempts that were executed again.</summary>
    public IReadOnlyList<string> Repeated { get; private set; } = [];

    public IReadOnlyList<string> Differences => _differences;

    /// <param name="calls">The calls of the run without faults.</param>
    /// <param name="snapshot">What that run left.</param>
    public static SweepJudgement Of(SweepResult result, IReadOnlySet<(string Step, int Attempt)> calls, IReadOnlyDictionary<string, string> snapshot)
    {
        var judgement = new SweepJudgement(result);
        judgement.JudgeCalls(result.Case.Definition.IsFree ? result.Calls.All() : calls);
        if (!result.Case.Definition.IsFree)
        {
            judgement.JudgeRecords(snapshot);
        }

        var runs = SweepRuns.In(result.Disk.Store);
        if (!runs.Contains(SweepRuns.Started))
        {
            judgement.JudgeRemains();
        }

        if (runs.Contains(SweepRuns.Started))
        {
            judgement._differences.AddRange(SweepLost.Compare(result.Disk.Store, SweepRuns.Started, result.Case.Definition.SharesClaims));
        }

        foreach (var run in runs)
        {
            judgement.JudgeFeed(run);
            judgement.JudgeHistories(run);
            judgement._differences.AddRange(SweepDecisions.Compare(result, run));
        }

        return judgement;
    }

    private void JudgeCalls(IReadOnlySet<(string Step, int Attempt)> calls)
    {
        var repeated = result.Calls.Repeats().Concat(result.Calls.All().Except(calls).Select(call => $"{call.Step} attempt {call.Attempt}")).ToList();
        for (var death = 0; death < result.Survivors.Count; death++)
        {
            var finished = result.Survivors[death].Finished();
            repeated.AddRange(result.Calls.Of(death + 1).Where(finished.Contains).Select(call => $"{call.Step} attempt {call.Attempt}"));
            _differences.AddRange(result.Survivors[death].Touched(result.Disk)
                .Select(key => $"The record '{key}' was there when the process died, and was changed later."));
        }

        Repeated = repeated;
    }

    private void JudgeRecords(IReadOnlyDictionary<string, string> snapshot)
    {
        var now = SweepSnapshot.Of(result, IsAfterOutage);
        foreach (var name in snapshot.Keys.Union(now.Keys).Where(name => snapshot.GetValueOrDefault(name) != now.GetValueOrDefault(name)
            && (now.ContainsKey(name) || !(IsPruned(name) || IsUnasked(name, snapshot[name])))))
        {
            _differences.Add(
                $"'{name}' should be\n{snapshot.GetValueOrDefault(name) ?? "absent"}\nand is\n{now.GetValueOrDefault(name) ?? "absent"}");
        }
    }

    /// <summary>What a later process may have pruned: old idempotency keys, and definitions when no run is left.</summary>
    private bool IsPruned(string name) => result.Survivors.Count > 0
        && ((result.Case.Hours >= 24 && name.StartsWith("idempotency/", StringComparison.Ordinal))
            || (SweepRuns.In(result.Disk.Store).Count == 0 && name.StartsWith("definitions/", StringComparison.Ordinal)));

    /// <summary>
    /// A request to cancel the executing steps at the run's deadline: steps also end at the deadline by themselves, and then the request is not
    /// written.
    /// </summary>
    private bool IsUnasked(string name, string content) => result.Case.Definition.DependsOnTime
        && name.EndsWith("/control.json", StringComparison.Ordinal) && content.Contains("\"reason\":\"timeout\"", StringComparison.Ordinal);

    private void JudgeFeed(string run)
    {
        if (SweepLog.Damaged(result.Disk.Store, run) is var damaged && damaged > 0)
        {
            _differences.Add($"{damaged} lines of the log of '{run}' cannot be read.");
        }

        // Damage behind this place stops the attempt, so no record of it may stand before.
        foreach (var (runAttempt, from) in SweepLog.Prepared(result.Disk.Store, run))
        {
            if (from <= 0 || SweepLog.FirstOf(result.Disk.Store, run, runAttempt) is { } first && first < from)
            {
                _differences.Add($"Attempt {runAttempt} of '{run}' was prepared for a log that ended at {from}, and has records before.");
            }
        }

        // An append that failed after it happened is repeated, and then the same record stands twice. Only two executions write two records.
        foreach (var same in SweepLog.AllRecords(result.Disk.Store, run).GroupBy(record => record.Attempt)
            .Where(same => result.Case.Fault != SweepFault.RunsTwice && same.DistinctBy(record => record.Writer).Count() > 1))
        {
            _differences.Add($"The attempt '{same.Key}' has several records:\n{string.Join('\n', same.Select(record => record.Whole.ToJsonString()))}");
        }

        // The same event twice is a repeat, which readers drop. Two different ends are an error, except that a step that waits for a retry fails when
        // the run is stopped.
        var events = SweepLog.Events(result.Disk.Store, run).ToList();
        Once(events.Where(item => Ends.Contains((string?)item["event"])), item => $"{item["stepId"]} attempt {item["runAttempt"]}-{item["attempt"]}");
        Once(events.Where(item => (string?)item["event"] == "step.retrying"), item =>
            $"{item["stepId"]} attempt {item["runAttempt"]}-{item["attempt"]}, which was to be tried again");
        Once(events.Where(item => (string?)item["event"] is "run.completed" or "run.failed" or "run.cancelled"), item =>
            $"attempt {item["runAttempt"]} of '{run}'");
    }

    private void Once(IEnumerable<JsonObject> events, Func<JsonObject, string> subject)
    {
        foreach (var same in events.GroupBy(subject).Where(same => same.Select(item => item.ToJsonString()).Distinct().Count() > 1))
        {
            _differences.Add($"The feed has several ends of {same.Key}:\n{string.Join('\n', same.Select(item => item.ToJsonString()).Distinct())}");
        }
    }

    /// <summary>The idempotency key's value and the definitions remain: definitions are shared.</summary>
    private void JudgeRemains()
    {
        _differences.AddRange(SweepRuns.Keys(result.Disk.Store)
            .Where(key => key.Value.Split('/', '-').Contains(SweepRuns.Started)).Select(key => $"The run is deleted, but '{key}' is left."));
        _differences.AddRange(result.Disk.Journal.ListAsync().ToBlockingEnumerable()
            .Where(id => id.ToString().Split('.')[0] == SweepRuns.Started).Select(id => $"The run is deleted, but the history '{id}' is left."));
    }

    private void JudgeHistories(string run)
    {
        var attempts = result.App.Get<RunStore>().FindAsync(run, CancellationToken.None).GetAwaiter().GetResult()!.Attempts;
        for (var attempt = 1; attempt <= attempts.Count; attempt++)
        {
            JudgeHistory(new RunInput(run, attempt).InstanceId, attempts[attempt - 1].Status == RunStatus.Interrupted);
        }

        _differences.AddRange(
            result.App.Host.RefusedInstances.Select(refused => $"The instance '{refused.Key}' is refused: {refused.Value.Message}"));
    }

    /// <param name="isUpgraded">Whether an older version started the run, so that this version's host fails the instance.</param>
    private void JudgeHistory(string instance, bool isUpgraded)
    {
        var history = result.App.Host.ReadHistoryAsync(instance).ToBlockingEnumerable().ToList();
        foreach (var same in history.Where(item => item is TaskCompleted or TaskFailed)
            .CountBy(item => item is TaskCompleted done ? done.Id : ((TaskFailed)item).Id))
        {
            if (same.Value > 1)
            {
                _differences.Add($"The history of '{instance}' has {same.Value} ends of the activity #{same.Key}.");
            }
        }

        _differences.AddRange(history.OfType<TaskFailed>().Where(failed => !(IsAfterOutage && failed.Failure.IsCausedBy<ContentStoreException>()))
            .Select(failed => $"The activity #{failed.Id} of '{instance}' broke: {failed.Failure.ErrorMessage}"));
        var end = isUpgraded ? OrchestrationRuntimeStatus.Failed : OrchestrationRuntimeStatus.Completed;
        if (history.Count(item => item is ExecutionCompleted completed && completed.Status == end) != 1 || history[^1] is not ExecutionCompleted)
        {
            _differences.Add($"The orchestration '{instance}' did not end as {end}: {history.LastOrDefault()}");
        }
    }
}
