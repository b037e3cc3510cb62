using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Logging;

namespace Orchestrator.Activities.Retention;

/// <summary>How long runs are kept. Immutable.</summary>
/// <param name="Days">Days after the end of a run, 1 to 36,500; null, the default: for ever.</param>
public sealed record RetentionOptions(int? Days = null);

/// <summary>
/// Prunes periodically while the app serves: first some time after the start, so that the start is not delayed, then several times a day. Runs are
/// deleted only where <see cref="RetentionOptions.Days"/> is set; what belongs to no run is always deleted. Thread-safe.
/// </summary>
public sealed class RetentionTimer(RetentionOptions options, TimeProvider time, ILogger<RetentionTimer> logger)
{
    /// <summary>Time between the start and the first pruning.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMinutes(5);

    /// <summary>Time between two prunings.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    /// <summary>Prunes until the token fires. A pruning that fails is logged, and the next one finds the rest.</summary>
    /// <param name="prune">Deletes the runs that ended before a time (none when it is null), and what belongs to no run.</param>
    /// <param name="stopping">Fires when the app stops.</param>
    public async Task RunAsync(Func<DateTimeOffset?, CancellationToken, Task<PruneReport>> prune, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(prune);
        try
        {
            for (var wait = First; ; wait = Interval)
            {
                await Task.Delay(wait, time, stopping);
                await RunOnceAsync(prune, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The app stops.
        }
    }

    /// <summary>Prunes once, for a timer outside the process. A pruning that fails is logged.</summary>
    /// <param name="prune">As for <see cref="RunAsync"/>.</param>
    /// <param name="stopping">Fires when the app stops.</param>
    /// <exception cref="OperationCanceledException"><paramref name="stopping"/> fired; the next pruning finds the rest.</exception>
    public async Task RunOnceAsync(Func<DateTimeOffset?, CancellationToken, Task<PruneReport>> prune, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(prune);
        try
        {
            var report = await prune(options.Days is { } days ? time.GetUtcNow() - TimeSpan.FromDays(days) : null, stopping);
            if (!report.IsEmpty)
            {
                logger.Pruned(
                    report.Runs.Count, report.Leftovers.Count, report.StartKeys, report.Answers, report.Definitions);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.PruningFailed(exception, exception.Message, Interval.TotalHours);
        }
    }
}
