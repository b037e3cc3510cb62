using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Resuming;

/// <summary>A step and all that comes after it.</summary>
internal static class Descendants
{
    public static HashSet<int> Of(WorkflowGraph graph, int first)
    {
        var found = new HashSet<int> { first };
        var open = new Stack<int>(found);
        while (open.TryPop(out var step))
        {
            foreach (var dependent in graph.DependentsOf(step))
            {
                if (found.Add(dependent))
                {
                    open.Push(dependent);
                }
            }
        }

        return found;
    }
}
