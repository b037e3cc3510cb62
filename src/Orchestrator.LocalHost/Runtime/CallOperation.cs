using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>A call with a result: an activity or a sub-orchestration.</summary>
/// <remarks>
/// The source completes synchronously on purpose. Continuations never run inside it all the same, since every turn of the pump has a synchronization
/// context of its own (<see cref="TurnContext"/>); completing them asynchronously instead would send <c>WhenAll</c> to the thread pool.
/// </remarks>
internal abstract class CallOperation<T>(int id, string name, DataConverter converter) : Operation(id)
{
    private readonly TaskCompletionSource<T> _source = new();

    public string Name { get; } = name;

    public Task<T> Task => _source.Task;

    /// <summary>Set when the call failed in a way that no retry can help.</summary>
    public bool NonRetriable { get; private set; }

    public override void Succeed(string? result)
    {
        T value;
        try
        {
            value = result is null ? default! : converter.Deserialize<T>(result)!;
        }
        catch (Exception problem)
        {
            _source.TrySetException(problem);
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
    /// <summary>Another instance becomes visible by it, so its record comes first.</summary>
    public override bool StartsBeforeDurable => false;

    public string ChildId => record.InstanceId;

    public override void Start(OrchestrationInstance owner) => owner.StartChild(record);
}

/// <summary>What a termination must know of a sub-orchestration, whatever its result's type.</summary>
internal interface ISubOrchestrationOperation
{
    public string ChildId { get; }
}
