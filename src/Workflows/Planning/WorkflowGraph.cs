namespace Orchestrator.Workflows.Planning;

/// <summary>
/// The dependencies and fallbacks of a workflow by position, an order of the steps, and the longest path from each step to the end.
/// Immutable. Thread-safe. It is built in time linear in steps and edges, without recursion.
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
        var phases = StepPhases.Order(steps);
        if (phases.Count < StepPhases.Count(steps))
        {
            throw new ArgumentException("The steps wait for one another in a cycle.", nameof(steps));
        }

        TopologicalOrder = [.. phases.Where(StepPhases.IsEnd).Select(StepPhases.StepOf).OrderBy(step => steps[step].IsFinal)];

        _rank = new int[steps.Count];
        for (var rank = 0; rank < steps.Count; rank++)
        {
            _rank[TopologicalOrder[rank]] = rank;
        }

        RemainingPathMs = RemainingPaths();
    }

    /// <summary>The steps by position.</summary>
    public IReadOnlyList<GraphStep> Steps { get; }

    /// <summary>The number of steps.</summary>
    public int Count => Steps.Count;

    /// <summary>
    /// All positions: every step after its dependencies and its fallback steps, final steps after all others; otherwise in definition order.
    /// </summary>
    public IReadOnlyList<int> TopologicalOrder { get; }

    /// <summary>By step, the estimated milliseconds of the longest path from its start to the end of the run.</summary>
    public IReadOnlyList<long> RemainingPathMs { get; }

    /// <summary>Positions of the steps that depend on <paramref name="step"/>, ascending.</summary>
    public ReadOnlySpan<int> DependentsOf(int step) =>
        _dependents.AsSpan(_firstDependent[step].._firstDependent[step + 1]);

    /// <summary>The step and all steps that depend on it, directly or through others.</summary>
    public HashSet<int> DescendantsOf(int step)
    {
        var found = new HashSet<int> { step };
        var open = new Stack<int>(found);
        while (open.TryPop(out var current))
        {
            foreach (var dependent in DependentsOf(current))
            {
                if (found.Add(dependent))
                {
                    open.Push(dependent);
                }
            }
        }

        return found;
    }

    /// <summary>
    /// The steps before <paramref name="step"/>, whose outputs it may read. Without those before a join of the first success on the way, since it is
    /// not known which of them had ended (<see cref="StepRules.StartsBeforeAllEnded"/>).
    /// </summary>
    public IReadOnlySet<int> InReachOf(int step)
    {
        var found = new HashSet<int>(Steps[step].DependsOn);
        var open = new Stack<int>(found);
        while (open.TryPop(out var current))
        {
            foreach (var dependency in StepRules.StartsBeforeAllEnded(Steps[current]) ? [] : Steps[current].DependsOn)
            {
                if (found.Add(dependency))
                {
                    open.Push(dependency);
                }
            }
        }

        return found;
    }

    /// <summary>
    /// The steps whose values <paramref name="step"/> may name: those in its reach and, for a final step, all steps that are not final, since they
    /// have ended.
    /// </summary>
    public IReadOnlySet<int> ReadableBy(int step) => Steps[step].IsFinal
        ? new HashSet<int>([.. InReachOf(step), .. Enumerable.Range(0, Count).Where(other => !Steps[other].IsFinal)])
        : InReachOf(step);

    /// <summary>The place of <paramref name="step"/> in <see cref="TopologicalOrder"/>.</summary>
    public int RankOf(int step) => _rank[step];

    private static (int[] First, int[] Dependents) Reverse(IReadOnlyList<GraphStep> steps)
    {
        var first = new int[steps.Count + 1];
        for (var step = 0; step < steps.Count; step++)
        {
            foreach (var dependency in steps[step].DependsOn)
            {
                if (dependency < 0 || dependency >= steps.Count)
                {
                    throw new ArgumentException(
                        $"Step '{steps[step].Id}' depends on position {dependency}; there are {steps.Count} steps.", nameof(steps));
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

    private long[] RemainingPaths()
    {
        // From a fallback step on, the path leads through the dependents of its callers.
        var remaining = new long[Steps.Count];
        var after = new long[Steps.Count];
        for (var index = TopologicalOrder.Count - 1; index >= 0; index--)
        {
            var step = TopologicalOrder[index];
            foreach (var dependent in DependentsOf(step))
            {
                after[step] = Math.Max(after[step], remaining[dependent]);
            }

            remaining[step] = Steps[step].EstimatedMs + after[step];
            foreach (var fallback in StepRules.Fallbacks(Steps[step]))
            {
                after[fallback] = Math.Max(after[fallback], after[step]);
            }
        }

        return remaining;
    }
}
