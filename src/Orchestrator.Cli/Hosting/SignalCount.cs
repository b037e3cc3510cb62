namespace Orchestrator.Cli.Hosting;

/// <summary>
/// Counts how often a process was asked to end. A signal that follows another within half a second counts as the same request: <c>timeout</c> and wrappers send it
/// to the process and to its group. Thread-safe.
/// </summary>
internal sealed class SignalCount(TimeProvider time)
{
    private static readonly TimeSpan RepeatWindow = TimeSpan.FromSeconds(0.5);

    private readonly Lock _gate = new();
    private long _last;
    private int _count;

    /// <summary>Counts a signal.</summary>
    /// <returns>The number of the request, from 1; null when it repeats the one before it.</returns>
    public int? Next()
    {
        lock (_gate)
        {
            if (_count > 0 && time.GetElapsedTime(_last) < RepeatWindow)
            {
                return null;
            }

            _last = time.GetTimestamp();
            return ++_count;
        }
    }
}
