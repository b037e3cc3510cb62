using System.Text.Json;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>Evaluates a step's <c>when</c>.</summary>
internal static class WhenCondition
{
    /// <summary>Null when the step is to work; otherwise the result of the attempt: skipped, or failed by an error of the expression.</summary>
    public static async Task<AttemptResult?> CheckAsync(
        PreparedRun run, ExecuteStepInput call, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        // Evaluated once, before the first turn.
        if (call.Turn > 1 || run.Steps[call.Step].When is not { } text)
        {
            return null;
        }

        var values = new StepValues(run, checkpoints, call);
        if (!Expression.TryParse(text, out var condition, out var error))
        {
            return Failed(call, error);
        }

        await values.LoadAsync(condition.Paths, cancellationToken);
        if (!condition.TryEvaluate(values.Begin, out var value, out error))
        {
            return Failed(call, error);
        }

        return value?.GetValueKind() switch
        {
            JsonValueKind.True => null,
            JsonValueKind.False => new AttemptResult { Skipped = true },
            _ => Failed(call, new ExpressionError("The condition must be true or false.", 0, text.Length)),
        };
    }

    private static AttemptResult Failed(ExecuteStepInput call, ExpressionError error) => new()
    {
        Error = new WorkflowError(ErrorKind.TemplateError, $"The condition of step '{call.StepId}' cannot be evaluated: {error}"),
    };
}
