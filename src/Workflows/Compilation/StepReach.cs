using System.Numerics;
using System.Runtime.InteropServices;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Compilation;

/// <summary>
/// For all pairs of steps, whether one comes before the other, answered in constant time. Takes one bit per pair, so it is made for a check and not
/// kept, and only when a pair is asked for that is not a step with one of its dependencies. Immutable. Thread-safe.
/// </summary>
public sealed class StepReach
{
    private const int BitsPerWord = 64;

    /// <summary>A step with more dependencies is not searched for one.</summary>
    private const int FewDependencies = 8;

    private readonly WorkflowGraph _graph;
    private readonly Lazy<ulong[][]> _before;

    private StepReach(WorkflowGraph graph, bool isOrder)
    {
        _graph = graph;
        _before = new Lazy<ulong[][]>(() => Before(graph, isOrder));
    }

    private int Words => (_graph.Count + BitsPerWord - 1) / BitsPerWord;

    /// <summary>
    /// The steps whose values a step may read: those of <see cref="WorkflowGraph.ReadableBy"/> and, for a fallback step with one caller, the caller.
    /// </summary>
    public static StepReach OfData(WorkflowGraph graph) => new(graph, isOrder: false);

    /// <summary>The steps that come before a step on any path, although before a join of the first success some of them may still execute.</summary>
    public static StepReach OfOrder(WorkflowGraph graph) => new(graph, isOrder: true);

    /// <summary>Whether <paramref name="other"/> comes before <paramref name="step"/>.</summary>
    public bool Includes(int step, int other) =>
        (_graph.Steps[step].DependsOn is { Count: <= FewDependencies } few && few.Contains(other))
        || (_before.Value[step][other / BitsPerWord] & (1UL << (other % BitsPerWord))) != 0;

    /// <summary>How many steps come before <paramref name="step"/>: fewer than before any step that comes after it.</summary>
    public int CountBefore(int step) => _before.Value[step].Sum(word => BitOperations.PopCount(word));

    /// <summary>Whether one of <paramref name="others"/> comes before <paramref name="step"/>.</summary>
    /// <param name="others">Made by <see cref="SetOf"/>.</param>
    public bool IncludesAny(int step, ulong[] others)
    {
        ArgumentNullException.ThrowIfNull(others);
        var row = _before.Value[step];
        for (var word = 0; word < row.Length; word++)
        {
            if ((row[word] & others[word]) != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Steps as a set, for <see cref="IncludesAny"/>.</summary>
    public ulong[] SetOf(IEnumerable<int> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        var set = new ulong[Words];
        foreach (var step in steps)
        {
            Set(set, step);
        }

        return set;
    }

    private ulong[][] Before(WorkflowGraph graph, bool isOrder)
    {
        var before = new ulong[graph.Count][];
        var ended = new ulong[]?[graph.Count];
        var callers = StepRules.Callers(graph.Steps);
        for (var step = 0; step < graph.Count; step++)
        {
            before[step] = new ulong[Words];
        }

        // When a final step starts, all others have ended.
        var others = SetOf(Enumerable.Range(0, graph.Count).Where(step => !graph.Steps[step].IsFinal));
        foreach (var phase in StepPhases.Order(graph.Steps))
        {
            var step = StepPhases.StepOf(phase);
            if (StepPhases.IsEnd(phase))
            {
                ended[step] = isOrder ? WithFallbacks(graph, step, before[step], ended) : ended[step] ?? before[step];
                continue;
            }

            if (graph.Steps[step].IsFinal)
            {
                Add(before[step], others);
            }

            foreach (var dependency in graph.Steps[step].DependsOn)
            {
                Set(before[step], dependency);
                if (isOrder || !StepRules.StartsBeforeAllEnded(graph.Steps[dependency]))
                {
                    Add(before[step], ended[dependency]!);
                }
            }

            // A fallback step may read the step that called it, which has failed, if it is known which one that is. Its dependents may not: the
            // caller is recorded with its new output only after the fallback step has ended.
            if (callers[step].ToList() is [var caller])
            {
                ended[step] = isOrder ? before[step] : (ulong[])before[step].Clone();
                Set(before[step], caller);
                Add(before[step], isOrder ? before[caller] : []);
            }
        }

        return before;
    }

    /// <summary>What has ended when a step has ended: also its fallback steps, and the steps before them.</summary>
    private static ulong[] WithFallbacks(WorkflowGraph graph, int step, ulong[] before, ulong[]?[] ended)
    {
        var fallbacks = StepRules.Fallbacks(graph.Steps[step]);
        if (fallbacks.Count == 0)
        {
            return before;
        }

        var row = (ulong[])before.Clone();
        foreach (var fallback in fallbacks)
        {
            Set(row, fallback);
            Add(row, ended[fallback]!);
        }

        return row;
    }

    private static void Set(ulong[] row, int step) => row[step / BitsPerWord] |= 1UL << (step % BitsPerWord);

    private static void Add(ulong[] row, ulong[] other)
    {
        var to = MemoryMarshal.Cast<ulong, Vector<ulong>>(row.AsSpan());
        var from = MemoryMarshal.Cast<ulong, Vector<ulong>>(other.AsSpan());
        for (var index = 0; index < from.Length; index++)
        {
            to[index] |= from[index];
        }

        for (var word = from.Length * Vector<ulong>.Count; word < other.Length; word++)
        {
            row[word] |= other[word];
        }
    }
}
