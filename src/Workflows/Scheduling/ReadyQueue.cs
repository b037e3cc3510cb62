using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>
/// Steps that may start: the longest remaining path first, then definition order. Paced steps have a lane of their own,
/// so that one that must keep its distance does not hold up the others.
/// </summary>
internal sealed class ReadyQueue(WorkflowGraph graph)
{
    private readonly PriorityQueue<int, (long, int)> _paced = new();
    private readonly PriorityQueue<int, (long, int)> _free = new();
    private readonly HashSet<int> _forgotten = [];

    public int Count => _paced.Count + _free.Count - _forgotten.Count;

    public bool HasPaced => Head(_paced) is not null;

    public void Add(int step) => (graph.Steps[step].Paced ? _paced : _free).Enqueue(step, (-graph.RemainingPathMs[step], step));

    /// <summary>The step that should start next; without <paramref name="pacedToo"/> only one that need not keep its distance.</summary>
    public bool TryTake(bool pacedToo, out int step)
    {
        var free = Head(_free);
        var paced = pacedToo ? Head(_paced) : null;
        var lane = paced is { } first && (free is null || first.CompareTo(free.Value) < 0) ? _paced : _free;
        return lane.TryDequeue(out step, out _);
    }

    /// <summary>Takes a step out of the queue, wherever it stands.</summary>
    public void Forget(int step) => _forgotten.Add(step);

    public void Clear()
    {
        _paced.Clear();
        _free.Clear();
        _forgotten.Clear();
    }

    private (long, int)? Head(PriorityQueue<int, (long, int)> lane)
    {
        while (lane.TryPeek(out var step, out var priority))
        {
            if (!_forgotten.Remove(step))
            {
                return priority;
            }

            lane.Dequeue();
        }

        return null;
    }
}
