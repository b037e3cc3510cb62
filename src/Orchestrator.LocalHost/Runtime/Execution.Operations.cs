using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Creates the operations that the code requests. They are compared with the history during a replay, and recorded after it.</summary>
internal sealed partial class Execution
{
    public ActivityOperation<T> CallActivity<T>(string name, object? input, string version, IReadOnlyDictionary<string, string>? tags)
    {
        var payload = SerializePayload(input);
        var id = NextId();
        var requested = new TaskScheduled(Now, id, name, payload) { Version = version, Tags = tags };
        var record = FindRecorded(requested) ?? Record(requested);
        if (!SameName(record.Name, name) || record.Input != payload)
        {
            throw NonDeterminism(record, requested);
        }

        var operation = new ActivityOperation<T>(record, _owner.Converter);
        AddOperation(operation);
        return operation;
    }

    public SubOrchestrationOperation<T> CallSubOrchestration<T>(
        string name, string childId, object? input, string version, IReadOnlyDictionary<string, string>? tags)
    {
        var payload = SerializePayload(input);
        var id = NextId();
        var requested = new SubOrchestrationCreated(Now, id, name, childId, payload) { Version = version, Tags = tags };
        var record = FindRecorded(requested) ?? Record(requested);
        if (!SameName(record.Name, name) || record.InstanceId != childId || record.Input != payload)
        {
            throw NonDeterminism(record, requested);
        }

        var operation = new SubOrchestrationOperation<T>(record, _owner.Converter);
        AddOperation(operation);
        return operation;
    }

    public TimerOperation CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        var id = NextId();
        var requested = new TimerCreated(Now, id, fireAt);
        var record = FindRecorded(requested) ?? Record(requested);
        if (record.FireAt != fireAt)
        {
            throw NonDeterminism(record, requested);
        }

        var operation = new TimerOperation(id, fireAt, this);
        AddOperation(operation);
        operation.CancelWith(cancellationToken);
        return operation;
    }

    public void SendEvent(string instanceId, string name, object? payload)
    {
        var serialized = SerializePayload(payload);
        var id = NextId();
        var requested = new EventSent(Now, id, instanceId, name, serialized);
        var record = FindRecorded(requested) ?? Record(requested);
        if (!SameName(record.Name, name) || record.InstanceId != instanceId || record.Input != serialized)
        {
            throw NonDeterminism(record, requested);
        }

        AddOperation(new EventSendOperation(record));
    }

    /// <summary>Throws when the code calls its context from another thread, which a replay could not repeat.</summary>
    public void CheckThread()
    {
        if (!IsActive)
        {
            throw new InvalidOperationException(
                $"The orchestrator '{Started.Name}' of instance '{_owner.InstanceId}' called its context "
                + "from a thread that is not its own, or after it had ended. "
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
    /// Serializes an argument, also during a replay, before the operation gets its number: a call whose argument cannot be serialized is not
    /// recorded, and must fail in the same way when it is replayed.
    /// </summary>
    private string? SerializePayload(object? value)
    {
        CheckThread();
        return _owner.Serialize(value);
    }

    /// <summary>The recorded operation at the position of a requested one; null when the history has no more operations.</summary>
    private TRecord? FindRecorded<TRecord>(TRecord requested)
        where TRecord : HistoryEvent
    {
        var id = _nextId - 1;
        return id >= _recorded.Count ? null : _recorded[id] as TRecord ?? throw NonDeterminism(_recorded[id], requested);
    }

    private TRecord Record<TRecord>(TRecord record)
        where TRecord : HistoryEvent
    {
        _owner.Record(record);
        return record;
    }

    private void AddOperation(Operation operation)
    {
        _open.Add(operation.Id, operation);
        _owner.Launch(operation);
    }

    private NonDeterministicOrchestrationException NonDeterminism(HistoryEvent recorded, HistoryEvent requested)
    {
        // Keep the fault, because the code may catch the exception.
        var (expected, actual) = NonDeterministicOrchestrationException.Describe(recorded, requested);
        Fault ??= NonDeterminismAt(_nextId - 1, expected, actual);
        return Fault;
    }
}
