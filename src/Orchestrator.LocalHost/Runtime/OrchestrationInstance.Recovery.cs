using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Recovers an instance from its history.</summary>
internal sealed partial class OrchestrationInstance
{
    /// <summary>Creates an unfinished instance. It replays its history when it is woken.</summary>
    /// <exception cref="JournalException">The history is invalid.</exception>
    public static OrchestrationInstance Recover(OrchestrationEngine engine, InstanceEntry entry, JournalId id, List<HistoryEvent> history)
    {
        var started = (ExecutionStarted)history[0];
        var recorded = new RecordedOperations();
        var events = new List<HistoryEvent>();
        var (lastTime, status, suspended) = (started.Time, started.CustomStatus, false);
        foreach (var historyEvent in history.Skip(1))
        {
            lastTime = historyEvent.Time > lastTime ? historyEvent.Time : lastTime;
            if (recorded.Add(historyEvent))
            {
                continue;
            }

            if (historyEvent is CustomStatusSet set)
            {
                status = set.Status;
                continue;
            }

            suspended = historyEvent is ExecutionSuspended || (suspended && historyEvent is not ExecutionResumed);
            events.Add(historyEvent);
        }

        var instance = new OrchestrationInstance(engine, entry, id, started, lastTime, recorded, events.Count)
        {
            _toReplay = events,
            _position = history.Count,
            _durableStatus = status,
        };
        foreach (var raised in events.OfType<EventRaised>().Concat(started.CarriedEvents ?? []))
        {
            if (raised.Source is { } source)
            {
                instance._receivedSources.Add(source);
            }
        }

        instance.Publish(instance._snapshot with
        {
            CustomStatus = status,
            Status = InstanceSnapshot.UnfinishedStatus(started, suspended, instance.UtcNow),
        });
        return instance;
    }

    /// <summary>
    /// Skips the replay of an instance that is only to be terminated, so that none of its operations starts again. Call it before the instance is
    /// woken.
    /// </summary>
    public void SkipReplay() => _toReplay = null;

    private void Replay()
    {
        var events = _toReplay!;
        _toReplay = null;
        if (TryFailOtherVersion())
        {
            return;
        }

        _isReplaying = true;
        var startAt = _execution.Started.StartAt;
        if (startAt is null)
        {
            _execution.Begin();
        }

        foreach (var historyEvent in events)
        {
            _execution.Process(historyEvent);
        }

        if (_execution.IsReplaying)
        {
            // Recorded operations show that the code had begun, although no event was recorded after its start.
            _execution.Begin();
        }

        _execution.EndReplay();
        _isReplaying = false;
        if (_execution.Fault is null)
        {
            foreach (var operation in _execution.UnansweredOperations.OrderBy(operation => operation.Id).ToArray())
            {
                Launch(operation);
            }
        }

        if (!_execution.HasBegun && startAt is { } time)
        {
            WaitForStart(time);
        }

        AfterTurn();
    }
}

/// <summary>The operations in a history, which the orchestrator must request again in the same order.</summary>
internal sealed class RecordedOperations
{
    public static readonly RecordedOperations None = new();

    private readonly List<HistoryEvent> _operations = [];

    public int Count => _operations.Count;

    public HistoryEvent this[int id] => _operations[id];

    /// <summary>Adds an event if it is an operation.</summary>
    /// <exception cref="JournalException">A previous operation is missing.</exception>
    public bool Add(HistoryEvent historyEvent)
    {
        var id = historyEvent switch
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
                $"Operation #{id} ({NonDeterministicOrchestrationException.Describe(historyEvent)}) follows operation #{_operations.Count - 1}: "
                + "the history is not complete.");
        }

        _operations.Add(historyEvent);
        return true;
    }
}
