using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Feed;

/// <summary>Warns when the simulated model answered some steps of a run and a provider others: from the outputs a user cannot tell.</summary>
internal static class MixedAnswers
{
    /// <summary>Maximum number of steps that the warning names.</summary>
    private const int MaxNamed = 5;

    /// <summary>The warning; empty when there is nothing to warn of.</summary>
    /// <param name="run">What the latest attempt executes; null when it cannot be read.</param>
    public static IEnumerable<string> Warnings(PreparedRun? run, RunProjection projection)
    {
        if (run is null or { Mocks: not null })
        {
            yield break;
        }

        var answered = run.Steps
            .Where(step => step.Models.Count > 0
                && !step.Models.Any(SimulatedModelOptions.IsSimulated)
                && run.Given?.ContainsKey(step.Id) != true)
            .Select(step => (step.Id, Now: projection.Step(step.Id)))
            .Where(step => step.Now is { Status: StepStatus.Completed or StepStatus.Reused, FallbackUsed: false })
            .ToList();
        var simulated = answered.Where(step => step.Now.Simulated).Select(step => step.Id).ToList();
        if (simulated.Count == 0 || simulated.Count == answered.Count)
        {
            yield break;
        }

        var named = string.Join(", ", simulated.Take(MaxNamed).Select(id => $"'{id}'"));
        var more = simulated.Count > MaxNamed ? $" and {simulated.Count - MaxNamed} more" : "";
        var (steps, were) = simulated.Count == 1 ? ("Step", "was") : ("Steps", "were");
        yield return $"{steps} {named}{more} {were} answered by the simulated model with made-up texts, the others by a provider. "
            + "Restart the run to have all steps answered by the same kind of model.";
    }
}
