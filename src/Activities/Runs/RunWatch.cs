namespace Orchestrator.Activities.Runs;

/// <summary>Tells one executing step when it is to end. Thread-safe; disposing it stops the looking.</summary>
public sealed class RunWatch : IDisposable
{
    // Not disposed of: whoever ends the step at the moment in which the watch is given up may still fire it.
    private readonly CancellationTokenSource _source = new();
    private ScopeCancellation? _cancellation;
    private IDisposable? _listening;

    private RunWatch()
    {
    }

    /// <summary>Never fires: for steps that run however the run ends.</summary>
    public static RunWatch Never { get; } = new();

    public CancellationToken Token => _source.Token;

    /// <summary>Why; null until <see cref="Token"/> has fired. The first reason counts.</summary>
    public ScopeCancellation? Cancellation => Volatile.Read(ref _cancellation);

    /// <summary>Tells the step to end.</summary>
    public Task EndAsync(ScopeCancellation cancellation) =>
        Interlocked.CompareExchange(ref _cancellation, cancellation, null) is null ? _source.CancelAsync() : Task.CompletedTask;

    public void Dispose() => _listening?.Dispose();

    /// <param name="applies">Which cancellations are meant for the step.</param>
    /// <param name="listen">Begins to tell what is asked of the run.</param>
    internal static RunWatch Of(Func<ScopeCancellation, bool> applies, Func<Func<RunRequests, Task>, IDisposable> listen)
    {
        var watch = new RunWatch();
        watch._listening = listen(
            requests => requests.Cancellations.FirstOrDefault(applies) is { } cancellation ? watch.EndAsync(cancellation) : Task.CompletedTask);
        return watch;
    }
}
