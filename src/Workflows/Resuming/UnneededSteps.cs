using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Resuming;

/// <summary>
/// Follows steps that have a result, or were skipped, to all that is known because of it: a fallback step that no step will call is skipped, and so is what
/// depends on it and the fallbacks of both, however deep. Linear in steps and edges, but for joins of the first success.
/// </summary>
internal static class UnneededSteps
{
    /// <param name="isKnown">Whether a step has a result or was skipped.</param>
    /// <param name="isSkipped">Whether it was skipped.</param>
    /// <param name="skip">Skips a fallback step that no step will call; false when it cannot.</param>
    /// <param name="decide">Looks again at a step of whose dependencies more is known; true when it is known now.</param>
    /// <returns>Whether a fallback step was skipped.</returns>
    public static bool Follow(WorkflowGraph graph, Func<int, bool> isKnown, Func<int, bool> isSkipped, Func<int, bool> skip, Func<int, bool> decide)
    {
        var callers = new List<int>?[graph.Count];
        var (calls, open) = (new int[graph.Count], new int[graph.Count]);
        for (var step = 0; step < graph.Count; step++)
        {
            open[step] = graph.Steps[step].DependsOn.Count(dependency => !isKnown(dependency));
            foreach (var fallback in StepRules.Fallbacks(graph.Steps[step]))
            {
                (callers[fallback] ??= []).Add(step);
                calls[fallback] += isKnown(step) ? 0 : 1;
            }
        }

        var found = new Queue<int>(Enumerable.Range(0, graph.Count).Where(step => callers[step] is not null && calls[step] == 0 && !isKnown(step) && skip(step)));
        var any = found.Count > 0;
        while (found.TryDequeue(out var step))
        {
            foreach (var fallback in StepRules.Fallbacks(graph.Steps[step]))
            {
                if (--calls[fallback] == 0 && !isKnown(fallback) && skip(fallback))
                {
                    found.Enqueue(fallback);
                }
            }

            foreach (var dependent in graph.DependentsOf(step))
            {
                open[dependent]--;
                if (!isKnown(dependent) && MayBeKnown(dependent, step) && decide(dependent))
                {
                    found.Enqueue(dependent);
                }
            }

            foreach (var caller in callers[step] ?? [])
            {
                if (!isKnown(caller) && decide(caller))
                {
                    found.Enqueue(caller);
                }
            }
        }

        return any;

        bool MayBeKnown(int dependent, int dependency) => open[dependent] == 0 || StepRules.JoinOf(graph.Steps[dependent]) switch
        {
            JoinKind.All => isSkipped(dependency),
            JoinKind.Any => !isSkipped(dependency),
            _ => false,
        };
    }
}
