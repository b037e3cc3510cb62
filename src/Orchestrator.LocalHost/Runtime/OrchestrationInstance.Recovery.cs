using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>From a history back to a running instance.</summary>
internal sealed partial class OrchestrationInstance
{
    /// <summary>An instance whose history has no end. It replays on its pump as soon as it is woken.</summary>
    /// <exception cref="JournalException">The history makes no sense.</exception>
    public static OrchestrationInstance Recover(OrchestrationEngine engine, InstanceEntry entry, JournalId id, List<HistoryEvent> history)
    {
        var started = (ExecutionStarted)history[0];
        var recorded = new RecordedOperations();
        var events = new List<HistoryEvent>();
        var (lastTime, status, suspended) = (started.Time, started.CustomStatus, false);
        foreach (var happened in history.Skip(1))
        {
            lastTime = happened.Time > lastTime ? happened.Time : lastTime;
            if (recorded.Add(happened))
            {
                continue;
            }

            if (happened is CustomStatusSet set)
            {
                status = set.Status;
                continue;
            }

            suspended = happened is ExecutionSuspended || (suspended && happened is not ExecutionResumed);
            events.Add(happened);
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
                instance._sources.Add(source);
            }
        }

        instance.Publish(instance._snapshot with
        {
            CustomStatus = status,
            Status = suspended ? OrchestrationRuntimeStatus.Suspended
                : started.StartAt is { } startAt && startAt > instance.UtcNow ? OrchestrationRuntimeStatus.Pending
                : OrchestrationRuntimeStatus.Running,
        });
        return instance;
    }

    /// <summary>Prevents that anything of the instance begins again, since it is only to be ended. Call it before the instance is woken.</summary>
    public void Unreplay() => _toReplay = null;

    private void Replay()
    {
        var events = _toReplay!;
        _toReplay = null;
        if (TryRefuse())
        {
            return;
        }

        _isReplaying = true;
        var startAt = _execution.Started.StartAt;
        if (startAt is null)
        {
            _execution.Begin();
        }

        foreach (var happened in events)
        {
            _execution.Process(happened);
        }

        if (_execution.IsReplaying)
        {
            // What the code had asked for shows that it had begun, though no event came after its start.
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
