using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Runs;

/// <summary>Tells one executing step when it is to end. Thread-safe; disposing it unregisters the step.</summary>
public sealed class RunWatch : IDisposable
{
    // Not disposed of: a cancellation at the moment in which the watch is disposed of may still fire it.
    private readonly CancellationTokenSource _source = new();
    private ScopeCancellation? _cancellation;
    private IDisposable? _listening;

    private readonly int _runAttempt;
    private readonly Func<ScopeCancellation, bool> _applies;

    private RunWatch(int runAttempt, Func<ScopeCancellation, bool> applies) => (_runAttempt, _applies) = (runAttempt, applies);

    public CancellationToken Token => _source.Token;

    /// <summary>Why; null until <see cref="Token"/> has fired. The first reason counts.</summary>
    public ScopeCancellation? Cancellation => Volatile.Read(ref _cancellation);

    /// <summary>Tells the step to end.</summary>
    public Task EndAsync(ScopeCancellation cancellation) =>
        Interlocked.CompareExchange(ref _cancellation, cancellation, null) is null ? _source.CancelAsync() : Task.CompletedTask;

    /// <summary>Ends the step when a cancellation applies to it, or when its attempt of the run is over.</summary>
    internal Task ApplyAsync(RunRequests requests, RunPresence presence) =>
        requests.Cancellations.FirstOrDefault(_applies) is { } cancellation ? EndAsync(cancellation)
        : presence.Ended >= _runAttempt ? EndAsync(new ScopeCancellation(_runAttempt, "", StepReason.Cancel, null))
        : Task.CompletedTask;

    public void Dispose() => _listening?.Dispose();

    /// <param name="applies">Which cancellations are meant for the step.</param>
    /// <param name="listen">Registers a listener for the requests about the run.</param>
    internal static RunWatch Of(int runAttempt, Func<ScopeCancellation, bool> applies, Func<Func<RunRequests, RunPresence, Task>, IDisposable> listen)
    {
        var watch = new RunWatch(runAttempt, applies);
        watch._listening = listen(watch.ApplyAsync);
        return watch;
    }
}
