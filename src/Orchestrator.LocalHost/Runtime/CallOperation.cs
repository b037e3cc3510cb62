using Microsoft.DurableTask;

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
