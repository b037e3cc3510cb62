namespace Orchestrator.Workflows.Graphs;

/// <summary>
/// A workflow compiled to positions: who waits for whom, in which order, and how much is left after each step.
/// Immutable; building it is linear in steps and edges and uses no recursion.
/// </summary>
public sealed class WorkflowGraph
{
    private readonly int[] _dependents;
    private readonly int[] _firstDependent;
    private readonly int[] _rank;

    /// <exception cref="ArgumentException">A dependency is out of range, or the steps form a cycle.</exception>
    public WorkflowGraph(IReadOnlyList<GraphStep> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        Steps = steps;
        (_firstDependent, _dependents) = Reverse(steps);
        TopologicalOrder = Order();
        if (TopologicalOrder.Count < steps.Count)
        {
            throw new ArgumentException("The steps depend on one another in a cycle.", nameof(steps));
        }

        _rank = new int[steps.Count];
        for (var rank = 0; rank < steps.Count; rank++)
        {
            _rank[TopologicalOrder[rank]] = rank;
        }

        RemainingPathMs = RemainingPaths();
    }

    public IReadOnlyList<GraphStep> Steps { get; }

    public int Count => Steps.Count;

    /// <summary>All positions, every step after the steps it depends on; otherwise in definition order.</summary>
    public IReadOnlyList<int> TopologicalOrder { get; }

    /// <summary>Per step, the estimated milliseconds of the longest path from its start to the end of the run.</summary>
    public IReadOnlyList<long> RemainingPathMs { get; }

    /// <summary>Positions of the steps that depend on <paramref name="step"/>.</summary>
    public ReadOnlySpan<int> DependentsOf(int step) =>
        _dependents.AsSpan(_firstDependent[step].._firstDependent[step + 1]);

    /// <summary>
    /// The steps whose outputs <paramref name="step"/> may read: those before it, but not those behind a join of the first success,
    /// of which nobody knows which had completed.
    /// </summary>
    public IReadOnlySet<int> InReachOf(int step)
    {
        var found = new HashSet<int>(Steps[step].DependsOn);
        var open = new Stack<int>(found);
        while (open.TryPop(out var current))
        {
            foreach (var dependency in Steps[current].Join == JoinKind.Any ? [] : Steps[current].DependsOn)
            {
                if (found.Add(dependency))
                {
                    open.Push(dependency);
                }
            }
        }

        return found;
    }

    /// <summary>Whether <paramref name="other"/> is among <see cref="InReachOf"/> of <paramref name="step"/>. Looks only at steps between the two.</summary>
    public bool MayRead(int step, int other)
    {
        // Asked for every name in every prompt, and a long chain is walked each time: no set, no enumerator.
        var seen = new bool[Steps.Count];
        var open = new Stack<int>([step]);
        while (open.TryPop(out var current))
        {
            var dependencies = current != step && Steps[current].Join == JoinKind.Any ? [] : Steps[current].DependsOn;
            for (var index = 0; index < dependencies.Count; index++)
            {
                var dependency = dependencies[index];
                if (dependency == other)
                {
                    return true;
                }

                if (_rank[dependency] > _rank[other] && !seen[dependency])
                {
                    seen[dependency] = true;
                    open.Push(dependency);
                }
            }
        }

        return false;
    }

    private static (int[] First, int[] Dependents) Reverse(IReadOnlyList<GraphStep> steps)
    {
        var first = new int[steps.Count + 1];
        for (var step = 0; step < steps.Count; step++)
        {
            foreach (var dependency in steps[step].DependsOn)
            {
                if (dependency < 0 || dependency >= steps.Count)
                {
                    throw new ArgumentException($"Step '{steps[step].Id}' depends on position {dependency}; there are {steps.Count} steps.", nameof(steps));
                }

                first[dependency + 1]++;
            }
        }

        for (var step = 0; step < steps.Count; step++)
        {
            first[step + 1] += first[step];
        }

        var next = first.ToArray();
        var dependents = new int[first[steps.Count]];
        for (var step = 0; step < steps.Count; step++)
        {
            foreach (var dependency in steps[step].DependsOn)
            {
                dependents[next[dependency]++] = step;
            }
        }

        return (first, dependents);
    }

    private List<int> Order()
    {
        var waitingFor = Steps.Select(step => step.DependsOn.Count).ToArray();
        var order = new List<int>(Steps.Count);
        order.AddRange(Enumerable.Range(0, Steps.Count).Where(step => waitingFor[step] == 0));
        for (var index = 0; index < order.Count; index++)
        {
            foreach (var dependent in DependentsOf(order[index]))
            {
                if (--waitingFor[dependent] == 0)
                {
                    order.Add(dependent);
                }
            }
        }

        return order;
    }

    private long[] RemainingPaths()
    {
        var remaining = new long[Steps.Count];
        for (var index = TopologicalOrder.Count - 1; index >= 0; index--)
        {
            var step = TopologicalOrder[index];
            long after = 0;
            foreach (var dependent in DependentsOf(step))
            {
                after = Math.Max(after, remaining[dependent]);
            }

            remaining[step] = Steps[step].EstimatedMs + after;
        }

        return remaining;
    }
}
