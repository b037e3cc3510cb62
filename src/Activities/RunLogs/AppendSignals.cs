using System.Collections.Concurrent;

namespace Orchestrator.Activities.RunLogs;

/// <summary>Tells readers of this process that a run's log has grown. Keeps nothing for a run without a waiting reader. Thread-safe.</summary>
internal sealed class AppendSignals
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    /// <summary>The number of runs with a waiting reader.</summary>
    public int Count => _waiting.Count;

    /// <summary>Completes at the next append. Take it before reading, so that an append after the read ends the wait at once.</summary>
    public TaskCompletionSource Next(string runId) =>
        _waiting.GetOrAdd(runId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Completes what the readers of the run wait for.</summary>
    public void Wake(string runId)
    {
        if (_waiting.TryRemove(runId, out var waiting))
        {
            waiting.TrySetResult();
        }
    }

    /// <summary>Removes a signal that no reader waits for any more. Another reader that waits for it then takes a new one.</summary>
    public void Release(string runId, TaskCompletionSource signal)
    {
        if (_waiting.TryRemove(KeyValuePair.Create(runId, signal)))
        {
            signal.TrySetResult();
        }
    }
}
