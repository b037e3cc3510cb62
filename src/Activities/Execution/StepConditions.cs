using System.Text.Json;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
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

/// <summary>
/// Evaluates the <c>until</c> of a repeated step: whether another turn follows. The checkpoints that the condition reads are loaded before the step
/// works: if one could not be read afterwards, a paid answer would be lost. For one attempt; not thread-safe.
/// </summary>
internal sealed class UntilCondition(PreparedRun run, ExecuteStepInput call, CheckpointStore checkpoints)
{
    private readonly StepValues? _values = run.Steps[call.Step].Repeat is null ? null : new(run, checkpoints, call);

    /// <summary>Loads the checkpoints that the condition reads.</summary>
    /// <exception cref="UnreadableRecordException">A checkpoint of another step cannot be read.</exception>
    public Task LoadAsync(CancellationToken cancellationToken) =>
        run.Steps[call.Step].Repeat is { } repeat && Expression.TryParse(repeat.Until, out var until, out _)
            ? _values!.LoadAsync(until.Paths, cancellationToken)
            : Task.CompletedTask;

    /// <summary>
    /// The checkpoint of the turn with the decision: another turn, or the end. A condition that cannot be evaluated fails the step, whose output
    /// stays in the checkpoint.
    /// </summary>
    public StepCheckpoint Apply(StepCheckpoint turn)
    {
        if (run.Steps[call.Step].Repeat is not { } repeat || turn is not { Status: StepStatus.Completed, FallbackUsed: false })
        {
            return turn;
        }

        _values!.Own = turn;
        if (!Expression.TryParse(repeat.Until, out var until, out var error))
        {
            return Failed(turn, error);
        }

        if (!until.TryEvaluate(_values.Begin, out var value, out error))
        {
            return Failed(turn, error);
        }

        return value?.GetValueKind() switch
        {
            JsonValueKind.True => turn,
            JsonValueKind.False when call.Turn < repeat.Max => turn with { Again = true },
            JsonValueKind.False => turn with
            {
                Warnings = [.. turn.Warnings, $"Step '{turn.StepId}' had all its {repeat.Max} turns, and its 'until' is still false."],
            },
            _ => Failed(turn, new ExpressionError("It must be true or false.", 0, repeat.Until.Length)),
        };
    }

    private static StepCheckpoint Failed(StepCheckpoint turn, ExpressionError error) => turn with
    {
        Status = StepStatus.Failed,
        Error = new WorkflowError(ErrorKind.TemplateError, $"The 'until' of step '{turn.StepId}' cannot be evaluated: {error}")
        {
            Step = turn.StepId,
            Attempt = turn.Attempt,
        },
    };
}
