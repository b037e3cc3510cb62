using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Feed;

/// <summary>Warns when the simulation answered for some steps of a run and a model for others, since their outputs look alike.</summary>
internal static class MixedAnswers
{
    /// <summary>Maximum number of steps that the sentence names.</summary>
    private const int MaxNamed = 5;

    /// <summary>One sentence, or none.</summary>
    /// <param name="run">What the latest attempt executes; null when it cannot be read.</param>
    public static IEnumerable<string> Warnings(PreparedRun? run, RunProjection steps)
    {
        if (run is null or { Mocks: not null })
        {
            yield break;
        }

        var answered = run.Steps
            .Where(step => step.Models.Count > 0 && !step.Models.Any(SimulatedModelOptions.IsSimulated) && run.Given?.ContainsKey(step.Id) != true)
            .Select(step => (step.Id, Now: steps.Step(step.Id)))
            .Where(step => step.Now is { Status: StepStatus.Completed or StepStatus.Reused, FallbackUsed: false })
            .ToList();
        var simulated = answered.Where(step => step.Now.Simulated).Select(step => step.Id).ToList();
        if (simulated.Count == 0 || simulated.Count == answered.Count)
        {
            yield break;
        }

        var named = string.Join(", ", simulated.Take(MaxNamed).Select(id => $"'{id}'")) + (simulated.Count > MaxNamed ? $" and {simulated.Count - MaxNamed} more" : "");
        yield return $"{(simulated.Count == 1 ? "Step" : "Steps")} {named} {(simulated.Count == 1 ? "was" : "were")} answered by the simulated model with made-up texts, the others by a provider. Restart the run to have one answer for all.";
    }
}
