using System.Text.Json;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>Evaluates a step's <c>when</c> where its values are.</summary>
internal static class StepCondition
{
    /// <summary>Null when the step may work; otherwise the result: skipped, or an error of the expression.</summary>
    public static async Task<StepWork?> CheckAsync(
        PreparedRun run, ExecuteStepInput call, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        // Asked once, before the first turn.
        if (call.Turn > 1 || run.Steps[call.Step].When is not { } text)
        {
            return null;
        }

        var values = new StepValues(run, checkpoints, call);
        if (!Expression.TryParse(text, out var condition, out var error))
        {
            return Wrong(call, error);
        }

        await values.LoadAsync(condition.Paths, cancellationToken);
        if (!condition.TryEvaluate(values.Begin, out var value, out error))
        {
            return Wrong(call, error);
        }

        return value?.GetValueKind() switch
        {
            JsonValueKind.True => null,
            JsonValueKind.False => new StepWork { Skipped = true },
            _ => Wrong(call, new ExpressionError("The condition must be true or false.", 0, text.Length)),
        };
    }

    private static StepWork Wrong(ExecuteStepInput call, ExpressionError error) => new()
    {
        Error = new WorkflowError(ErrorKind.TemplateError, $"The condition of step '{call.StepId}' cannot be evaluated: {error}"),
    };
}
