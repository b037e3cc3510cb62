using System.Text.Json;
using Orchestrator.Activities.Execution;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation;

/// <summary>
/// Evaluates the conditions that need only the run's inputs once, before the run: an error is a problem, and a step whose condition is false is
/// planned as never executed.
/// </summary>
internal static class KnownConditions
{
    /// <returns>The run without the conditions that were evaluated.</returns>
    public static PreparedRun Apply(PreparedRun run, List<WorkflowError> problems, CancellationToken cancellationToken)
    {
        var nodes = run.Plan.Steps.ToArray();
        var steps = run.Steps.ToArray();
        for (var position = 0; position < steps.Length; position++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (steps[position].When is not { } text
                || !Expression.TryParse(text, out var condition, out _)
                || !condition.Paths.All(path => IsKnown(run, path)))
            {
                continue;
            }

            if (condition.TryEvaluate(new StepValues(run).Begin, out var value, out var error)
                && value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False)
            {
                nodes[position] = nodes[position] with { Never = value.GetValueKind() == JsonValueKind.False };
                steps[position] = steps[position] with { When = null };
            }
            else
            {
                var reason = error?.ToString() ?? "It must be true or false.";
                problems.Add(new WorkflowError(ErrorKind.InvalidInput, $"The condition of step '{steps[position].Id}' cannot be evaluated: {reason}")
                {
                    Step = steps[position].Id,
                });
            }
        }

        return run with { Plan = run.Plan with { Steps = nodes }, Steps = steps };
    }

    private static bool IsKnown(PreparedRun run, ValuePath path) =>
        run.Names.TryResolve(path, out var reference, out _) && reference.Kind is ReferenceKind.Input or ReferenceKind.AllInputs or ReferenceKind.Run;
}
