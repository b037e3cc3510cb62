using Microsoft.DurableTask;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>
/// Calls activities from the orchestrator. A call that failed because the store is unavailable, its worker died or its host stopped is repeated for
/// about eight minutes, with durable timers between. That costs nothing twice: the failed call has paid for nothing, or left a record, or its claim
/// decides (docs/decisions/0009, 0015). Every other failure is final.
/// </summary>
internal sealed class ActivityCalls(TaskOrchestrationContext context)
{
    /// <summary>The waits before the second call and each one after it, in seconds.</summary>
    private static readonly int[] Waits = [5, 15, 45, 135, 300];

    /// <param name="input">The input of every call.</param>
    /// <exception cref="TaskFailedException">The activity failed and is not called again.</exception>
    public Task CallAsync(TaskName activity, object input) => CallAsync<object?>(activity, _ => input, retriesTimeouts: true);

    /// <param name="input">Creates the input from the number of the call, from 1.</param>
    /// <param name="retriesTimeouts">Whether a call is repeated, too, that exceeded the host's time limit.</param>
    /// <exception cref="TaskFailedException">The activity failed and is not called again.</exception>
    public async Task<T> CallAsync<T>(TaskName activity, Func<int, object> input, bool retriesTimeouts)
    {
        for (var call = 1; ; call++)
        {
            try
            {
                return await context.CallActivityAsync<T>(activity, input(call));
            }
            catch (TaskFailedException exception)
                when (call <= Waits.Length && ActivityFailure.Of(exception.FailureDetails).IsRetried(retriesTimeouts))
            {
                await context.CreateTimer(context.CurrentUtcDateTime.AddSeconds(Waits[call - 1]), CancellationToken.None);
            }
        }
    }

    /// <summary>
    /// Executes an attempt of a step. When the host ended it, or its call failed, the activity is called once more to record that, so that every
    /// attempt has a record before the next one starts; an existing record counts.
    /// </summary>
    /// <exception cref="TaskFailedException">The failure could not be recorded either.</exception>
    /// <exception cref="UnexpectedOutcomeException">The history has the outcome of another call.</exception>
    public async Task<StepOutcome> ExecuteStepAsync(ExecuteStepInput first)
    {
        var call = first;
        StepOutcome outcome;
        try
        {
            outcome = await CallAsync<StepOutcome>(FunctionNames.ExecuteStep, number => call = first with { Call = number }, retriesTimeouts: false);
        }
        catch (TaskFailedException exception)
        {
            var ended = call with { EndedBy = ActivityFailure.Of(exception.FailureDetails).ErrorOf(call) };
            outcome = await CallAsync<StepOutcome>(
                FunctionNames.ExecuteStep, number => call = ended with { Call = ended.Call + number }, retriesTimeouts: true);
        }

        return UnexpectedOutcomeException.Check(call, outcome);
    }
}

/// <summary>The history answers a call with the outcome of another one: a bug in the program, not in the workflow.</summary>
public sealed class UnexpectedOutcomeException(string message) : Exception(message)
{
    /// <summary>
    /// The outcome, if it belongs to the call. The real engine compares only names and numbers of tasks, and every step is the same activity.
    /// </summary>
    /// <exception cref="UnexpectedOutcomeException">It belongs to another call, or is null.</exception>
    internal static StepOutcome Check(ExecuteStepInput call, StepOutcome? outcome) =>
        outcome is not null && outcome.Step == call.StepId && outcome.Attempt == call.Attempt && outcome.Call == call.Call
            ? outcome
            : throw new UnexpectedOutcomeException(
                $"The orchestration is not deterministic: expected the outcome of {Describe(call.StepId, call.Attempt, call.Call)}, "
                + $"and the history has {(outcome is null ? "none" : "that of " + Describe(outcome.Step, outcome.Attempt, outcome.Call))}. "
                + "Its history was changed, or the program was, while it ran. Resume the run: finished steps are kept.");

    private static string Describe(string? step, int attempt, int call) => $"step '{step}', attempt {attempt}, call {call}";
}

/// <summary>The input of CancelSteps, which asks the executing steps of a run to end.</summary>
/// <param name="Reason">The reason that the steps record.</param>
/// <param name="DecidedBy">The step whose failure is the reason; null for a caller's request and for the run's time limit.</param>
public sealed record CancelStepsInput(string RunId, int RunAttempt, string Reason, DecidingStep? DecidedBy = null)
{
    /// <inheritdoc cref="RunIdentity.Stamp"/>
    public string? Stamp { get; init; }
}

/// <summary>The input of RecordFacts: decisions of the scheduler for the event feed.</summary>
public sealed record RecordFactsInput(string RunId, int RunAttempt, IReadOnlyList<StepDecision> Decisions)
{
    /// <inheritdoc cref="RunIdentity.Stamp"/>
    public string? Stamp { get; init; }
}

/// <summary>The input of FinishRun: how an attempt of a run ended, and the last decisions for the event feed.</summary>
/// <param name="Error">Why it failed or was cancelled; null when it completed.</param>
/// <param name="At">When it ended.</param>
public sealed record FinishRunInput(
    string RunId, int RunAttempt, RunStatus Status, WorkflowError? Error, DateTimeOffset At, IReadOnlyList<StepDecision> Decisions)
{
    /// <inheritdoc cref="RunIdentity.Stamp"/>
    public string? Stamp { get; init; }

    /// <summary>How those steps ended that the run's outputs refer to and that have no output; null when there are none.</summary>
    public IReadOnlyList<EndedStep>? Observed { get; init; }
}
