using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Testing.Rules;

/// <summary>The next attempt of a run: what has completed is reused, unless something that it consumed runs again (docs/resume.md).</summary>
internal static class RulesResume
{
    /// <summary>Null when there is nothing to run again.</summary>
    public static RulesPlan? Of(RulesPlan plan, RulesLaws laws, int seed)
    {
        var random = new Random(seed ^ 0x5EED);

        // From a step, or with a changed one: it runs again, and so does all that comes after it.
        var forced = random.Next(3) == 0 ? random.Next(plan.Run.Steps.Count) : -1;
        if (forced < 0 && laws.EndedAs == RunStatus.Completed)
        {
            return null;
        }

        var (steps, order) = (plan.Run.Steps.ToArray(), new WorkflowGraph(plan.Run.Steps).TopologicalOrder);
        foreach (var step in order)
        {
            var node = steps[step];
            var consumed = node.DependsOn.Where(dependency => laws.StatusOf(dependency) != StepStatus.Skipped).ToList();
            var keeps = node.Join == JoinKind.Any
                ? consumed.Exists(dependency => steps[dependency].Reused)
                : consumed.TrueForAll(dependency => steps[dependency].Reused);
            steps[step] = node with { Reused = laws.StatusOf(step) is StepStatus.Completed && !node.IsFinal && keeps && step != forced };
        }

        // A step with another step's output is reused only with that step.
        var adopted = Enumerable.Range(0, steps.Length)
            .Where(step => laws.HasAdopted(step) && Fallbacks(steps[step]).All(fallback => !steps[fallback].Reused)).ToHashSet();
        foreach (var step in order)
        {
            if (adopted.Contains(step) || (steps[step].Join != JoinKind.Any && steps[step].DependsOn.Any(adopted.Contains)))
            {
                adopted.Add(step);
                steps[step] = steps[step] with { Reused = false };
            }
        }

        return plan with { Run = plan.Run with { Steps = steps, MaxDurationMs = null, Budget = null } };
    }

    private static IEnumerable<int> Fallbacks(GraphStep step) =>
        step.OnError is { } rule ? rule.ByKind.Values.Append(rule.Default).Select(action => action.Step).OfType<int>() : [];
}
