using System.Text.Json;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Steps;

/// <summary>Decides whether a repeated step has another turn.</summary>
internal static class StepTurns
{
    /// <summary>The record of the turn, with what its condition says. A condition that cannot be evaluated fails the step; its output stays in the record.</summary>
    public static async Task<StepCheckpoint> DecideAsync(
        PreparedRun run, ExecuteStepInput call, StepCheckpoint turn, CheckpointStore checkpoints, CancellationToken cancellationToken)
    {
        if (run.Steps[call.Step].Repeat is not { } repeat || turn is not { Status: StepStatus.Completed, FallbackUsed: false })
        {
            return turn;
        }

        var values = new StepValues(run, checkpoints, call) { Own = turn };
        if (!Expression.TryParse(repeat.Until, out var until, out var error))
        {
            return Wrong(turn, error);
        }

        await values.LoadAsync(until.Paths, cancellationToken);
        if (!until.TryEvaluate(values.Begin, out var value, out error))
        {
            return Wrong(turn, error);
        }

        return value?.GetValueKind() switch
        {
            JsonValueKind.True => turn,
            JsonValueKind.False when call.Turn < repeat.Max => turn with { Again = true },
            JsonValueKind.False => turn with
            {
                Warnings = [.. turn.Warnings, $"Step '{turn.StepId}' had all its {repeat.Max} turns, and its 'until' is still false."],
            },
            _ => Wrong(turn, new ExpressionError("It must be true or false.", 0, repeat.Until.Length)),
        };
    }

    private static StepCheckpoint Wrong(StepCheckpoint turn, ExpressionError error) => turn with
    {
        Status = StepStatus.Failed,
        Error = new WorkflowError(ErrorKind.TemplateError, $"The 'until' of step '{turn.StepId}' cannot be evaluated: {error}")
        {
            Step = turn.StepId,
            Attempt = turn.Attempt,
        },
    };
}
