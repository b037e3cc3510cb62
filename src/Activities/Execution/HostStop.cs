namespace Orchestrator.Activities.Execution;

/// <summary>
/// Tells executors that their host is about to stop: an attempt that has not begun to work does not begin, one that works goes on until its own token
/// fires. Thread-safe.
/// </summary>
public sealed class HostStop : IDisposable
{
    private readonly CancellationTokenSource _source = new();

    /// <summary>Fires when the host is about to stop.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>May be repeated.</summary>
    public void Announce() => _source.Cancel();

    public void Dispose() => _source.Dispose();
}
