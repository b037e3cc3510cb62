using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>An operation that an orchestrator has requested and that has not ended. An instance with an open operation is unfinished.</summary>
internal abstract class Operation(int id)
{
    /// <summary>The number of the operation in its execution, from 0.</summary>
    public int Id { get; } = id;

    /// <summary>
    /// Whether the work may start before the record of the operation is durable: only when it has no effect outside, as a timer. The event that led
    /// to the operation may not be durable either.
    /// </summary>
    public virtual bool StartsBeforeDurable => false;

    /// <summary>Starts the work. Called once, on the instance's pump, not during a replay.</summary>
    public abstract void Start(OrchestrationInstance owner);

    public abstract void Succeed(string? result);

    public virtual void Fail(TaskFailureDetails failure, bool nonRetriable) =>
        throw new InvalidOperationException($"Operation #{Id} ({GetType().Name}) cannot fail: {failure}");

    /// <summary>Releases timers and registrations. The operation will not complete.</summary>
    public virtual void Abandon()
    {
    }
}

/// <summary>
/// An event that is being delivered to another instance. The sender's code does not await it, but the sender is unfinished until it is delivered.
/// </summary>
internal sealed class EventSendOperation(EventSent record) : Operation(record.Id)
{
    public override void Start(OrchestrationInstance owner) => owner.DeliverEvent(record);

    public override void Succeed(string? result)
    {
    }
}

/// <summary>A call with a result: an activity or a sub-orchestration.</summary>
/// <remarks>
/// The source completes synchronously, because asynchronous completion would continue <c>WhenAll</c> on the thread pool. Continuations still do not
/// run on the completing stack, since every turn of the pump has its own <see cref="TurnContext"/>.
/// </remarks>
internal abstract class CallOperation<T>(int id, string name, DataConverter converter) : Operation(id)
{
    private readonly TaskCompletionSource<T> _source = new();

    public string Name { get; } = name;

    public Task<T> Task => _source.Task;

    /// <summary>Whether the call failed and a retry cannot succeed.</summary>
    public bool NonRetriable { get; private set; }

    public override void Succeed(string? result)
    {
        T value;
        try
        {
            value = result is null ? default! : converter.Deserialize<T>(result)!;
        }
        catch (Exception exception)
        {
            _source.TrySetException(exception);
            return;
        }

        _source.TrySetResult(value);
    }

    public override void Fail(TaskFailureDetails failure, bool nonRetriable)
    {
        NonRetriable = nonRetriable;
        _source.TrySetException(new TaskFailedException(Name, Id, failure));
        _ = _source.Task.Exception;
    }
}

internal sealed class ActivityOperation<T>(TaskScheduled record, DataConverter converter) : CallOperation<T>(record.Id, record.Name, converter)
{
    public override void Start(OrchestrationInstance owner) => owner.StartActivity(record);
}

internal sealed class SubOrchestrationOperation<T>(SubOrchestrationCreated record, DataConverter converter)
    : CallOperation<T>(record.Id, record.Name, converter), ISubOrchestrationOperation
{
    public string ChildId => record.InstanceId;

    public override void Start(OrchestrationInstance owner) => owner.StartChild(record);
}

/// <summary>The part of a sub-orchestration call that does not depend on the type of its result.</summary>
internal interface ISubOrchestrationOperation
{
    public string ChildId { get; }
}
