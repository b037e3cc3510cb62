using System.Threading.Channels;

namespace Orchestrator.Activities.Preparation.Resuming;

/// <summary>Looks for runs that an upgrade interrupted, as long as the app serves. Thread-safe.</summary>
public sealed class UpgradeTimer(TimeProvider time)
{
    /// <summary>Time between two looks that nothing asks for: others may have left runs to this process.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private readonly Channel<bool> _asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Asks for a look at once; before the timer runs, its first look does.</summary>
    public void Look() => _asked.Writer.TryWrite(true);

    /// <summary>Looks now, whenever it is asked to, and at every <see cref="Interval"/>, until the token fires.</summary>
    /// <param name="look">Resumes the runs. It must not fail.</param>
    public async Task RunAsync(Func<CancellationToken, Task> look, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(look);
        try
        {
            while (true)
            {
                _asked.Reader.TryRead(out _);
                await look(stopping);
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                await Task.WhenAny(_asked.Reader.WaitToReadAsync(waiting.Token).AsTask(), Task.Delay(Interval, time, waiting.Token));
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
