using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>What the code asks for: matched with the history while replaying, recorded after that.</summary>
internal sealed partial class Execution
{
    public ActivityOperation<T> CallActivity<T>(string name, object? input, string version, IReadOnlyDictionary<string, string>? tags)
    {
        var payload = Payload(input);
        var id = NextId();
        var asked = new TaskScheduled(Now, id, name, payload) { Version = version, Tags = tags };
        var record = Repeat(asked) ?? Record(asked);
        if (!SameName(record.Name, name) || record.Input != payload)
        {
            throw Break(record, asked);
        }

        var operation = new ActivityOperation<T>(record, _owner.Converter);
        Open(operation);
        return operation;
    }

    public SubOrchestrationOperation<T> CallSubOrchestration<T>(
        string name, string childId, object? input, string version, IReadOnlyDictionary<string, string>? tags)
    {
        var payload = Payload(input);
        var id = NextId();
        var asked = new SubOrchestrationCreated(Now, id, name, childId, payload) { Version = version, Tags = tags };
        var record = Repeat(asked) ?? Record(asked);
        if (!SameName(record.Name, name) || record.InstanceId != childId || record.Input != payload)
        {
            throw Break(record, asked);
        }

        var operation = new SubOrchestrationOperation<T>(record, _owner.Converter);
        Open(operation);
        return operation;
    }

    public TimerOperation CreateTimer(DateTime fireAt, CancellationToken cancellation)
    {
        var id = NextId();
        var asked = new TimerCreated(Now, id, fireAt);
        var record = Repeat(asked) ?? Record(asked);
        if (record.FireAt != fireAt)
        {
            throw Break(record, asked);
        }

        var operation = new TimerOperation(id, fireAt, this);
        Open(operation);
        operation.CancelWith(cancellation);
        return operation;
    }

    public void SendEvent(string instanceId, string name, object? payload)
    {
        var serialized = Payload(payload);
        var id = NextId();
        var asked = new EventSent(Now, id, instanceId, name, serialized);
        var record = Repeat(asked) ?? Record(asked);
        if (!SameName(record.Name, name) || record.InstanceId != instanceId || record.Input != serialized)
        {
            throw Break(record, asked);
        }

        Open(new EventSendOperation(record));
    }

    /// <summary>The code may call only from its own thread: anything else could not be repeated.</summary>
    public void CheckThread()
    {
        if (!IsActive)
        {
            throw new InvalidOperationException(
                $"The orchestrator '{Started.Name}' of instance '{_owner.InstanceId}' called its context from a thread that is not its own, or after it had ended. "
                + "In an orchestrator await only tasks that come from its context: no Task.Run, no ConfigureAwait(false), no I/O.");
        }
    }

    private static bool SameName(string recorded, string now) => string.Equals(recorded, now, StringComparison.OrdinalIgnoreCase);

    private int NextId()
    {
        CheckThread();
        return _nextId++;
    }

    /// <summary>
    /// Serialized in a replay too, though the history has it, and before the operation takes its number: what cannot be serialized is not asked for, and
    /// must not be asked for in the replay either.
    /// </summary>
    private string? Payload(object? value)
    {
        CheckThread();
        return _owner.Serialize(value);
    }

    /// <summary>What the history has in place of an operation that is asked for; null when the history ends before it.</summary>
    private TRecord? Repeat<TRecord>(TRecord asked)
        where TRecord : HistoryEvent
    {
        var id = _nextId - 1;
        return id >= _recorded.Count ? null : _recorded[id] as TRecord ?? throw Break(_recorded[id], asked);
    }

    private TRecord Record<TRecord>(TRecord record)
        where TRecord : HistoryEvent
    {
        _owner.Record(record);
        return record;
    }

    private void Open(Operation operation)
    {
        _open.Add(operation.Id, operation);
        _owner.Launch(operation);
    }

    private NonDeterministicOrchestrationException Break(HistoryEvent recorded, HistoryEvent asked)
    {
        // The code might swallow the exception: the fault stays.
        var (expected, actual) = NonDeterministicOrchestrationException.Describe(recorded, asked);
        Fault ??= Broken(_nextId - 1, expected, actual);
        return Fault;
    }
}
