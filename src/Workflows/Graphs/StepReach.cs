namespace Orchestrator.Workflows.Graphs;

/// <summary>
/// Answers for all pairs of steps whether one comes before the other, in constant time. Takes an eighth of a byte per pair, so it is made for a check
/// and not kept. Immutable and thread-safe.
/// </summary>
public sealed class StepReach
{
    private const int BitsPerWord = 64;
    private readonly ulong[][] _before;

    private StepReach(WorkflowGraph graph, bool throughAny)
    {
        _before = new ulong[graph.Count][];
        var words = (graph.Count + BitsPerWord - 1) / BitsPerWord;
        foreach (var step in graph.TopologicalOrder)
        {
            var row = _before[step] = new ulong[words];
            foreach (var dependency in graph.Steps[step].DependsOn)
            {
                row[dependency / BitsPerWord] |= 1UL << (dependency % BitsPerWord);
                if (throughAny || graph.Steps[dependency].Join != JoinKind.Any)
                {
                    Add(row, _before[dependency]);
                }
            }
        }
    }

    /// <summary>The steps whose outputs a step may read, as <see cref="WorkflowGraph.InReachOf"/> says.</summary>
    public static StepReach OfData(WorkflowGraph graph) => new(graph, throughAny: false);

    /// <summary>The steps that have ended when a step starts, behind a join of the first success perhaps.</summary>
    public static StepReach OfOrder(WorkflowGraph graph) => new(graph, throughAny: true);

    /// <summary>Whether <paramref name="other"/> comes before <paramref name="step"/>.</summary>
    public bool Includes(int step, int other) => (_before[step][other / BitsPerWord] & (1UL << (other % BitsPerWord))) != 0;

    private static void Add(ulong[] row, ulong[] other)
    {
        for (var word = 0; word < row.Length; word++)
        {
            row[word] |= other[word];
        }
    }
}
