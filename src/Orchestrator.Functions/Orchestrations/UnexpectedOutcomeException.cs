using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>A call was answered with the outcome of another one: a bug in the program, not in the workflow.</summary>
public sealed class UnexpectedOutcomeException(string message) : Exception(message)
{
    /// <summary>The outcome, if it is the one that was asked for. The real engine compares names and numbers of tasks only, and every step is the same activity.</summary>
    /// <exception cref="UnexpectedOutcomeException">It is not.</exception>
    internal static StepOutcome Check(ExecuteStepInput asked, StepOutcome? outcome) =>
        outcome is not null && outcome.Step == asked.StepId && outcome.Attempt == asked.Attempt && outcome.Call == asked.Call
            ? outcome
            : throw new UnexpectedOutcomeException(
                $"The orchestration is not deterministic: expected the outcome of {Words(asked.StepId, asked.Attempt, asked.Call)}, and the history has "
                + $"{(outcome is null ? "none" : "that of " + Words(outcome.Step, outcome.Attempt, outcome.Call))}. "
                + "Its history was changed, or the program was, while it ran. Resume the run: finished steps are kept.");

    private static string Words(string? step, int attempt, int call) => $"step '{step}', attempt {attempt}, call {call}";
}
