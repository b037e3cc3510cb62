using Orchestrator.Workflows.Graphs;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>
/// Steps that may start: the longest remaining path first, then definition order. Paced steps have a lane of their own,
/// so that one that must keep its distance does not hold up the others.
/// </summary>
internal sealed class ReadyQueue(WorkflowGraph graph)
{
    private readonly PriorityQueue<int, (long, int)> _paced = new();
    private readonly PriorityQueue<int, (long, int)> _free = new();

    public int Count => _paced.Count + _free.Count;

    public bool HasPaced => _paced.Count > 0;

    public void Add(int step) => (graph.Steps[step].Paced ? _paced : _free).Enqueue(step, (-graph.RemainingPathMs[step], step));

    /// <summary>The step that should start next; without <paramref name="pacedToo"/> only one that need not keep its distance.</summary>
    public bool TryTake(bool pacedToo, out int step)
    {
        var hasFree = _free.TryPeek(out _, out var free);
        if (pacedToo && _paced.TryPeek(out _, out var paced) && (!hasFree || paced.CompareTo(free) < 0))
        {
            step = _paced.Dequeue();
            return true;
        }

        return _free.TryDequeue(out step, out _);
    }

    public void Clear()
    {
        _paced.Clear();
        _free.Clear();
    }
}
