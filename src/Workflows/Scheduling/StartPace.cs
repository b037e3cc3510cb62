namespace Orchestrator.Workflows.Scheduling;

/// <summary>Keeps a minimum gap between the starts of paced steps. Not thread-safe.</summary>
internal sealed class StartPace(TimeSpan gap)
{
    /// <summary>
    /// A wait up to this long is left to the activity, which saves a timer; a longer one becomes a timer, so that it holds no slot.
    /// </summary>
    private static readonly TimeSpan LongestHeldWait = TimeSpan.FromSeconds(5);

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>When the next paced step may begin.</summary>
    public DateTimeOffset Next => _next;

    public bool MayStart(DateTimeOffset now) => _next - now <= LongestHeldWait;

    /// <summary>Reserves the next start.</summary>
    /// <returns>When work may begin; null for at once.</returns>
    public DateTimeOffset? Reserve(DateTimeOffset now)
    {
        var start = _next > now ? _next : now;
        _next = start + gap;
        return start > now ? start : null;
    }
}
