using System.Text.Json;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Decides whether a repeated step has another turn. The records that its condition names are read before the step works: afterwards one that cannot be
/// read would throw away what was paid for. For one attempt; not thread-safe.
/// </summary>
internal sealed class StepTurns(PreparedRun run, ExecuteStepInput call, CheckpointStore checkpoints)
{
    private readonly StepValues _values = new(run, checkpoints, call);

    /// <summary>Reads what the condition names.</summary>
    /// <exception cref="UnreadableRecordException">A record of another step cannot be read.</exception>
    public Task LoadAsync(CancellationToken cancellationToken) =>
        run.Steps[call.Step].Repeat is { } repeat && Expression.TryParse(repeat.Until, out var until, out _)
            ? _values.LoadAsync(until.Paths, cancellationToken)
            : Task.CompletedTask;

    /// <summary>The record of the turn, with what its condition says. A condition that cannot be evaluated fails the step; its output stays in the record.</summary>
    public StepCheckpoint Decide(StepCheckpoint turn)
    {
        if (run.Steps[call.Step].Repeat is not { } repeat || turn is not { Status: StepStatus.Completed, FallbackUsed: false })
        {
            return turn;
        }

        _values.Own = turn;
        if (!Expression.TryParse(repeat.Until, out var until, out var error))
        {
            return Wrong(turn, error);
        }

        if (!until.TryEvaluate(_values.Begin, out var value, out error))
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
