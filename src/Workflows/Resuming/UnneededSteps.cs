using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Resuming;

/// <summary>
/// Skips the fallback steps that no step will call, because every step that could call them has a result or was skipped; then decides the steps that
/// depend on them, and so on. Linear in steps and edges, except for joins of the first success.
/// </summary>
internal static class UnneededSteps
{
    /// <param name="graph">The steps of the attempt.</param>
    /// <param name="isKnown">Whether a step has a result or was skipped.</param>
    /// <param name="isSkipped">Whether it was skipped.</param>
    /// <param name="skip">Skips a fallback step that no step will call, if that is possible; returns whether it did.</param>
    /// <param name="decide">Decides a step again after a dependency or fallback step became known; returns whether it is known now.</param>
    /// <returns>Whether a fallback step was skipped.</returns>
    public static bool Skip(
        WorkflowGraph graph, Func<int, bool> isKnown, Func<int, bool> isSkipped, Func<int, bool> skip, Func<int, bool> decide)
    {
        var callers = StepRules.Callers(graph.Steps);
        var (calls, open) = (new int[graph.Count], new int[graph.Count]);
        for (var step = 0; step < graph.Count; step++)
        {
            open[step] = graph.Steps[step].DependsOn.Count(dependency => !isKnown(dependency));
            calls[step] = callers[step].Count(caller => !isKnown(caller));
        }

        var found = new Queue<int>(
            Enumerable.Range(0, graph.Count).Where(step => callers.Contains(step) && calls[step] == 0 && !isKnown(step) && skip(step)));
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

            foreach (var caller in callers[step])
            {
                if (!isKnown(caller) && decide(caller))
                {
                    found.Enqueue(caller);
                }
            }
        }

        return any;

        bool MayBeKnown(int dependent, int dependency) =>
            open[dependent] == 0 || StepRules.Join(graph.Steps[dependent], 1, isSkipped(dependency) ? 0 : 1) != JoinState.Open;
    }
}
