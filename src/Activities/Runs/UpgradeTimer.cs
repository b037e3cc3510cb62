using System.Threading.Channels;

namespace Orchestrator.Activities.Runs;

/// <summary>Periodically looks for runs that an upgrade interrupted, as long as the app serves. Thread-safe.</summary>
public sealed class UpgradeTimer(TimeProvider time)
{
    /// <summary>Time between two looks that were not requested: another process may have stopped and left runs to this one.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly Channel<bool> _requests = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Requests a look at once. A request before <see cref="RunAsync"/> is covered by its first look.</summary>
    public void Look() => _requests.Writer.TryWrite(true);

    /// <summary>Looks now, on every request, and at every <see cref="Interval"/>, until the token fires.</summary>
    /// <param name="look">Resumes the runs. It must not throw, except when it is cancelled.</param>
    /// <param name="stopping">Fires when the app stops.</param>
    public async Task RunAsync(Func<CancellationToken, Task> look, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(look);
        try
        {
            while (true)
            {
                _requests.Reader.TryRead(out _);
                await look(stopping);
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                await Task.WhenAny(_requests.Reader.WaitToReadAsync(waiting.Token).AsTask(), Task.Delay(Interval, time, waiting.Token));
                await waiting.CancelAsync();
                stopping.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The app stops.
        }
    }
}
