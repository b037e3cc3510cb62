using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Scheduling;

/// <summary>
/// Steps that may start: the longest remaining path first, then in definition order. Paced steps have a queue of their own, so that one that must
/// wait for the minimum gap does not hold up the others. Not thread-safe.
/// </summary>
internal sealed class ReadyQueue(WorkflowGraph graph)
{
    private readonly PriorityQueue<int, (long, int)> _paced = new();
    private readonly PriorityQueue<int, (long, int)> _free = new();
    private readonly HashSet<int> _removed = [];

    public int Count => _paced.Count + _free.Count - _removed.Count;

    public bool HasPaced => Head(_paced) is not null;

    public void Add(int step) => (graph.Steps[step].Paced ? _paced : _free).Enqueue(step, (-graph.RemainingPathMs[step], step));

    /// <summary>Takes the step that should start next out of the queue; false if there is none.</summary>
    /// <param name="includePaced">Whether paced steps may start now.</param>
    public bool TryDequeue(bool includePaced, out int step)
    {
        var free = Head(_free);
        var paced = includePaced ? Head(_paced) : null;
        var queue = paced is { } first && (free is null || first.CompareTo(free.Value) < 0) ? _paced : _free;
        return queue.TryDequeue(out step, out _);
    }

    /// <summary>Removes a step that is in the queue. It is dropped when it comes to the head, so that removing needs no search.</summary>
    public void Remove(int step) => _removed.Add(step);

    public void Clear()
    {
        _paced.Clear();
        _free.Clear();
        _removed.Clear();
    }

    private (long, int)? Head(PriorityQueue<int, (long, int)> queue)
    {
        while (queue.TryPeek(out var step, out var priority))
        {
            if (!_removed.Remove(step))
            {
                return priority;
            }

            queue.Dequeue();
        }

        return null;
    }
}
