using System.Text.Json;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.CrashSweep.Running;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.History;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.CrashSweep.Checking;

/// <summary>
/// Compares what a run's orchestrations decided and received, read from their histories, with the run's document, which is computed from its feed.
/// </summary>
internal sealed class SweepDecisions
{
    private readonly Dictionary<string, (StepStatus Status, string? Reason)> _told = new(StringComparer.Ordinal);
    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);
    private FinishRunInput? _end;

    /// <summary>What all outcomes consumed.</summary>
    private TokenUsage Usage { get; set; }

    public static IEnumerable<string> Compare(SweepResult result, string run)
    {
        var document = result.App.Get<RunReader>().FindAsync(run, CancellationToken.None).GetAwaiter().GetResult()!;
        var usage = default(TokenUsage);
        for (var attempt = 1; attempt <= document.Attempt; attempt++)
        {
            var prepared = result.App.Get<RunStore>().GetPreparedAsync(run, attempt, CancellationToken.None).GetAwaiter().GetResult();
            var decisions = new SweepDecisions();
            decisions.Read(prepared, result.App.Host.ReadHistoryAsync(new RunInput(run, attempt).InstanceId).ToBlockingEnumerable());
            usage += decisions.Usage;
            foreach (var difference in decisions.CompareAttempt(document.Attempts[attempt - 1])
                .Concat(attempt == document.Attempt ? decisions.CompareSteps(prepared, document) : []))
            {
                yield return $"Attempt {attempt} of '{run}': {difference}";
            }
        }

        // The usage of reused steps belongs to the run that was forked. An attempt that an upgrade interrupted may lack its last records.
        var (input, output) = (document.Usage.InputTokens - usage.InputTokens, document.Usage.OutputTokens - usage.OutputTokens);
        var hasUntold = document.Attempts.Any(attempt => attempt.Status == RunStatus.Interrupted);
        if (document.ParentRunId is null && run == SweepRuns.Started && (hasUntold ? input < 0 || output < 0 : (input, output) != (0, 0)))
        {
            yield return $"The run '{run}' tells of {document.Usage.InputTokens} + {document.Usage.OutputTokens} tokens, and its attempts " +
                $"of {usage.InputTokens} + {usage.OutputTokens}.";
        }
    }

    private void Read(PreparedRun prepared, IEnumerable<HistoryEvent> history)
    {
        var calls = new Dictionary<int, ExecuteStepInput>();
        var counted = new HashSet<(string Step, int Attempt)>();
        foreach (var item in history)
        {
            switch (item)
            {
                case TaskScheduled { Name: FunctionNames.ExecuteStep } scheduled:
                    var call = Parse<ExecuteStepInput>(scheduled.Input);
                    calls.Add(scheduled.Id, call);
                    Take(prepared, call.Decisions);
                    break;
                case TaskScheduled { Name: FunctionNames.RecordFacts } scheduled:
                    Take(prepared, Parse<RecordFactsInput>(scheduled.Input).Decisions);
                    break;
                case TaskScheduled { Name: FunctionNames.FinishRun } scheduled:
                    _end = Parse<FinishRunInput>(scheduled.Input);
                    Take(prepared, _end.Decisions);
                    break;
                case TaskCompleted completed when calls.TryGetValue(completed.Id, out var answered):
                    Take(answered, Parse<StepOutcome>(completed.Result), isFirst: counted.Add((answered.StepId, answered.Attempt)));
                    break;
                default:
                    break;
            }
        }
    }

    private static T Parse<T>(string? text) => JsonSerializer.Deserialize<T>(text!, WorkflowJson.Compact)!;

    private void Take(PreparedRun prepared, IEnumerable<StepDecision>? decisions)
    {
        foreach (var decision in (decisions ?? []).Where(decision => decision.Status != StepStatus.Ready))
        {
            Take(prepared.Steps[decision.Step].Id, decision.Status, decision.Reason);
        }
    }

    private void Take(ExecuteStepInput call, StepOutcome outcome, bool isFirst)
    {
        Usage += isFirst ? outcome.Usage : default;
        if (!outcome.Again)
        {
            Take(call.StepId, outcome.Status, outcome.Reason);
        }
    }

    private void Take(string step, StepStatus status, string? reason)
    {
        _told[step] = (status, reason);
        if (status == StepStatus.Failed)
        {
            _failed.Add(step);
        }
    }

    /// <summary>An attempt that an upgrade interrupted never decided its end, and its last decisions are not in the feed yet.</summary>
    private IEnumerable<string> CompareAttempt(RunAttemptSummary attempt)
    {
        var end = _end?.Status ?? RunStatus.Interrupted;
        if (attempt.Status != end)
        {
            yield return $"it ended as {end}, and its record says {attempt.Status}.";
        }

        if (end == RunStatus.Interrupted)
        {
            yield break;
        }

        foreach (var step in _told.Where(told => told.Value.Status == StepStatus.Failed && !attempt.Failed.Contains(told.Key)))
        {
            yield return $"step '{step.Key}' failed, and is not among those that did: {string.Join(", ", attempt.Failed)}.";
        }

        foreach (var step in attempt.Failed.Where(step => !_failed.Contains(step)))
        {
            yield return $"step '{step}' is among those that failed, and did not.";
        }
    }

    private IEnumerable<string> CompareSteps(PreparedRun prepared, RunDocument document)
    {
        for (var position = 0; position < prepared.Steps.Count; position++)
        {
            var id = prepared.Steps[position].Id;
            var (status, reason) = prepared.Plan.Steps[position].Reused ? (StepStatus.Reused, null) : _told.GetValueOrDefault(id);
            var shown = document.Steps[id];
            if (shown.Status != status || (status is StepStatus.Skipped or StepStatus.Cancelled && shown.Reason != reason))
            {
                yield return $"step '{id}' ended as {status} ({reason}), and is shown as {shown.Status} ({shown.Reason}).";
            }

            if (shown.Status == StepStatus.Failed && shown.Error is null)
            {
                yield return $"step '{id}' failed, and its error is not shown.";
            }
        }
    }
}
