using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// Watches the requests about a run for one executing step, and cancels the step's token when one applies. Thread-safe. Disposing ends the watch.
/// </summary>
public sealed class RunWatch : IDisposable
{
    // Not disposed: a concurrent cancellation may still fire it.
    private readonly CancellationTokenSource _source = new();
    private ScopeCancellation? _cancellation;
    private IDisposable? _listening;

    private readonly Lock _gate = new();
    private readonly int _runAttempt;
    private readonly Func<ScopeCancellation, bool> _applies;
    private readonly TimeProvider _time;
    private TimeSpan _suspended;
    private long? _suspendedSince;
    private bool _isUpdated;

    private RunWatch(int runAttempt, Func<ScopeCancellation, bool> applies, TimeProvider time) =>
        (_runAttempt, _applies, _time) = (runAttempt, applies, time);

    /// <summary>Fires when the step is to end.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Why the step is to end; null until <see cref="Token"/> has fired. The first reason counts.</summary>
    public ScopeCancellation? Cancellation => Volatile.Read(ref _cancellation);

    /// <summary>The requests that existed when the watch began.</summary>
    public RunRequests Before { get; private set; } = RunRequests.None;

    /// <summary>How long the run was suspended since the watch began, by the monotonic clock of this process.</summary>
    public TimeSpan Suspended
    {
        get
        {
            lock (_gate)
            {
                return _suspended + (_suspendedSince is { } since ? _time.GetElapsedTime(since) : TimeSpan.Zero);
            }
        }
    }

    /// <summary>Cancels the step. Only the first call has an effect.</summary>
    public Task EndAsync(ScopeCancellation cancellation) =>
        Interlocked.CompareExchange(ref _cancellation, cancellation, null) is null ? _source.CancelAsync() : Task.CompletedTask;

    /// <summary>Begins the watch with the requests that exist. An update that came first is newer and is kept.</summary>
    internal Task BeginAsync(RunRequests requests, RunPresence presence)
    {
        Before = requests;
        lock (_gate)
        {
            if (!_isUpdated)
            {
                MeasureSuspension(requests);
            }
        }

        return EndIfAsync(requests, presence);
    }

    /// <summary>Takes the requests as they are now.</summary>
    private Task UpdateAsync(RunRequests requests, RunPresence presence)
    {
        lock (_gate)
        {
            _isUpdated = true;
            MeasureSuspension(requests);
        }

        return EndIfAsync(requests, presence);
    }

    /// <summary>Starts or stops the measurement of <see cref="Suspended"/>.</summary>
    private void MeasureSuspension(RunRequests requests)
    {
        if (requests.IsSuspended(_runAttempt))
        {
            _suspendedSince ??= _time.GetTimestamp();
        }
        else if (_suspendedSince is { } since)
        {
            _suspended += _time.GetElapsedTime(since);
            _suspendedSince = null;
        }
    }

    /// <summary>Cancels the step when a cancellation applies to it, or when its attempt of the run is over.</summary>
    private Task EndIfAsync(RunRequests requests, RunPresence presence) =>
        requests.Cancellations.FirstOrDefault(_applies) is { } cancellation ? EndAsync(cancellation)
        : presence.Ended >= _runAttempt ? EndAsync(new ScopeCancellation(_runAttempt, "", StepReason.Cancel, null))
        : Task.CompletedTask;

    /// <summary>Ends the watch. The token does not fire any more.</summary>
    public void Dispose() => _listening?.Dispose();

    /// <summary>Makes a watch and registers it.</summary>
    /// <param name="applies">Which cancellations apply to the step.</param>
    /// <param name="listen">Registers a listener for the requests about the run.</param>
    internal static RunWatch Of(
        int runAttempt, Func<ScopeCancellation, bool> applies, TimeProvider time, Func<Func<RunRequests, RunPresence, Task>, IDisposable> listen)
    {
        var watch = new RunWatch(runAttempt, applies, time);
        watch._listening = listen(watch.UpdateAsync);
        return watch;
    }
}
