using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>The operations that a history already holds: the orchestrator must ask for exactly these again, in this order.</summary>
internal sealed class RecordedOperations
{
    public static readonly RecordedOperations None = new();

    private readonly List<HistoryEvent> _operations = [];

    public int Count => _operations.Count;

    public HistoryEvent this[int id] => _operations[id];

    /// <summary>Takes an event if it is an operation.</summary>
    /// <exception cref="JournalException">Operations are missing before it.</exception>
    public bool Add(HistoryEvent happened)
    {
        var id = happened switch
        {
            TaskScheduled e => e.Id,
            TimerCreated e => e.Id,
            SubOrchestrationCreated e => e.Id,
            EventSent e => e.Id,
            _ => -1,
        };
        if (id < 0)
        {
            return false;
        }

        if (id != _operations.Count)
        {
            throw new JournalException(
                $"Operation #{id} ({NonDeterministicOrchestrationException.Describe(happened)}) follows operation #{_operations.Count - 1}: "
                + "the history is not complete.");
        }

        _operations.Add(happened);
        return true;
    }
}
