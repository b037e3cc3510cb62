using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Graphs;

/// <summary>Warns of steps that may run at the same time and change what another of them changes or reads outside the workflow.</summary>
internal sealed class SharedState(WorkflowDefinition definition, WorkflowGraph graph, CompilerFindings findings)
{
    private readonly Lazy<StepReach> _order = new(() => StepReach.OfOrder(graph));

    public void Report()
    {
        var readers = Users(step => step.Reads);
        foreach (var (name, writers) in Users(step => step.Writes))
        {
            if (Conflict(writers, [.. writers.Concat(readers.GetValueOrDefault(name) ?? []).Distinct()]) is var (writer, other))
            {
                var both = definition.Steps[other].Writes.Contains(name);
                var (first, second) = (Math.Min(writer, other), Math.Max(writer, other));
                findings.Warning(
                    DiagnosticCodes.WriteConflict, WorkflowCompiler.Pointer(second),
                    both
                        ? $"The steps '{definition.Steps[first].Id}' and '{definition.Steps[second].Id}' both write '{name}' and may run at the same time."
                        : $"Step '{definition.Steps[writer].Id}' writes '{name}' and step '{definition.Steps[other].Id}' reads it, and they may run at the same time.",
                    "Let one depend on the other.", second);
            }
        }
    }

    private SortedDictionary<string, List<int>> Users(Func<StepDefinition, IReadOnlyList<string>> select)
    {
        var users = new SortedDictionary<string, List<int>>(StringComparer.Ordinal);
        for (var position = 0; position < definition.Steps.Count; position++)
        {
            foreach (var name in select(definition.Steps[position]).Distinct(StringComparer.Ordinal))
            {
                if (!users.TryGetValue(name, out var all))
                {
                    users.Add(name, all = []);
                }

                all.Add(position);
            }
        }

        return users;
    }

    /// <summary>A writer and somebody else of whom neither comes first; null when there are none.</summary>
    private (int Writer, int Other)? Conflict(List<int> writers, List<int> all)
    {
        foreach (var writer in writers)
        {
            foreach (var other in all)
            {
                if (other != writer && !_order.Value.Includes(writer, other) && !_order.Value.Includes(other, writer))
                {
                    return (writer, other);
                }
            }
        }

        return null;
    }
}
