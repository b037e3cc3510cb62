namespace Orchestrator.Activities.Runs;

/// <summary>Whether, and why, the executing steps of one attempt of a run are to end. Thread-safe.</summary>
/// <param name="poll">Looks for the wish of another process until its token fires; null: all wishes come from this process.</param>
public sealed class RunCancellation(Func<CancellationToken, Task>? poll = null) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _source = new();
    private CancellationTokenSource? _polling;
    private int _watchers;

    /// <summary>Never fires: for steps that run however the run ends.</summary>
    public static RunCancellation Never { get; } = new();

    public CancellationToken Token => _source.Token;

    /// <summary>Why; null until <see cref="Token"/> has fired.</summary>
    public string? Reason { get; private set; }

    /// <summary>Looks for wishes of other processes until the answer is disposed of.</summary>
    public IDisposable Watch()
    {
        lock (_gate)
        {
            _watchers++;
            if (poll is not null && _polling is null && !Token.IsCancellationRequested)
            {
                _polling = new CancellationTokenSource();
                _ = poll(_polling.Token);
            }
        }

        return new Watcher(this);
    }

    public void Dispose()
    {
        StopPolling();
        _source.Dispose();
    }

    internal Task FireAsync(string reason)
    {
        Reason ??= reason;
        return _source.CancelAsync();
    }

    private void Leave()
    {
        lock (_gate)
        {
            if (--_watchers == 0)
            {
                StopPolling();
            }
        }
    }

    private void StopPolling()
    {
        _polling?.Cancel();
        _polling?.Dispose();
        _polling = null;
    }

    private sealed class Watcher(RunCancellation cancellation) : IDisposable
    {
        private RunCancellation? _watched = cancellation;

        public void Dispose() => Interlocked.Exchange(ref _watched, null)?.Leave();
    }
}
