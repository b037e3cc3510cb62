using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Warns of steps that may run at the same time while one writes what the other reads or writes outside the workflow.</summary>
internal sealed class SharedState(WorkflowDefinition definition, WorkflowGraph graph, CompilerFindings findings)
{
    private readonly Lazy<StepReach> _order = new(() => StepReach.OfOrder(graph));
    private int[]? _countBefore;

    private int[] CountsBefore => _countBefore ??= [.. Enumerable.Range(0, graph.Count).Select(_order.Value.CountBefore)];

    public void Report()
    {
        var readers = Users(step => step.Reads);
        foreach (var (name, positions) in Users(step => step.Writes))
        {
            var writers = positions.ToHashSet();
            if (Conflict(writers, readers.GetValueOrDefault(name) ?? []) is var (writer, other))
            {
                var (first, second) = (Math.Min(writer, other), Math.Max(writer, other));
                string Id(int step) => definition.Steps[step].Id;
                findings.Warning(
                    DiagnosticCodes.WriteConflict, WorkflowCompiler.Pointer(second),
                    writers.Contains(other)
                        ? $"The steps '{Id(first)}' and '{Id(second)}' both write '{name}' and may run at the same time."
                        : $"Step '{Id(writer)}' writes '{name}' and step '{Id(other)}' reads it, and they may run at the same time.",
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

    /// <summary>
    /// A writer and another step that may run at the same time; null if there are none. "Comes before" is transitive: if in some order each writer
    /// comes before the next one, all writers are in order, and a reader needs to be compared only with the writers next to it.
    /// </summary>
    private (int Writer, int Other)? Conflict(HashSet<int> writers, List<int> readers)
    {
        if (writers.Count + readers.Count == 1)
        {
            return null;
        }

        var (last, readSince) = (-1, new List<int>());
        foreach (var step in writers.Concat(readers.Where(reader => !writers.Contains(reader))).OrderBy(step => CountsBefore[step]))
        {
            if (last >= 0 && !_order.Value.Includes(step, last))
            {
                return (last, step);
            }

            if (!writers.Contains(step))
            {
                readSince.Add(step);
                continue;
            }

            if (readSince.FindIndex(reader => !_order.Value.Includes(step, reader)) is var found and >= 0)
            {
                return (step, readSince[found]);
            }

            last = step;
            readSince.Clear();
        }

        return null;
    }
}
