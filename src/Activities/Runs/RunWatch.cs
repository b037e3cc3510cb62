using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Activities.Runs;

/// <summary>Tells one executing step when it is to end. Thread-safe; disposing it unregisters the step.</summary>
public sealed class RunWatch : IDisposable
{
    // Not disposed of: a cancellation at the moment in which the watch is disposed of may still fire it.
    private readonly CancellationTokenSource _source = new();
    private ScopeCancellation? _cancellation;
    private IDisposable? _listening;

    private readonly Lock _gate = new();
    private readonly int _runAttempt;
    private readonly Func<ScopeCancellation, bool> _applies;
    private readonly TimeProvider _time;
    private TimeSpan _suspended;
    private long? _suspendedSince;
    private bool _isTold;

    private RunWatch(int runAttempt, Func<ScopeCancellation, bool> applies, TimeProvider time) => (_runAttempt, _applies, _time) = (runAttempt, applies, time);

    public CancellationToken Token => _source.Token;

    /// <summary>Why; null until <see cref="Token"/> has fired. The first reason counts.</summary>
    public ScopeCancellation? Cancellation => Volatile.Read(ref _cancellation);

    /// <summary>The requests that were there when the watch began.</summary>
    public RunRequests Before { get; private set; } = RunRequests.None;

    /// <summary>How long the run was suspended since the watch began, by this process's own time: a clock that is set changes nothing.</summary>
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

    /// <summary>Tells the step to end.</summary>
    public Task EndAsync(ScopeCancellation cancellation) =>
        Interlocked.CompareExchange(ref _cancellation, cancellation, null) is null ? _source.CancelAsync() : Task.CompletedTask;

    /// <summary>Takes the requests that are there when the watch begins, and goes on as <see cref="HearAsync"/>.</summary>
    internal Task BeginAsync(RunRequests requests, RunPresence presence)
    {
        Before = requests;
        lock (_gate)
        {
            if (!_isTold)
            {
                Note(requests);
            }
        }

        return EndIfAsync(requests, presence);
    }

    /// <summary>Takes what is asked from then on.</summary>
    private Task HearAsync(RunRequests requests, RunPresence presence)
    {
        lock (_gate)
        {
            _isTold = true;
            Note(requests);
        }

        return EndIfAsync(requests, presence);
    }

    private void Note(RunRequests requests)
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

    /// <summary>Ends the step when a cancellation applies to it, or when its attempt of the run is over.</summary>
    private Task EndIfAsync(RunRequests requests, RunPresence presence) =>
        requests.Cancellations.FirstOrDefault(_applies) is { } cancellation ? EndAsync(cancellation)
        : presence.Ended >= _runAttempt ? EndAsync(new ScopeCancellation(_runAttempt, "", StepReason.Cancel, null))
        : Task.CompletedTask;

    public void Dispose() => _listening?.Dispose();

    /// <param name="applies">Which cancellations are meant for the step.</param>
    /// <param name="listen">Registers a listener for the requests about the run.</param>
    internal static RunWatch Of(
        int runAttempt, Func<ScopeCancellation, bool> applies, TimeProvider time, Func<Func<RunRequests, RunPresence, Task>, IDisposable> listen)
    {
        var watch = new RunWatch(runAttempt, applies, time);
        watch._listening = listen(watch.HearAsync);
        return watch;
    }
}
