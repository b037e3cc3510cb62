namespace Orchestrator.Workflows.Scheduling;

/// <summary>Keeps the minimum gap between the starts of paced steps.</summary>
internal sealed class StartPace(TimeSpan gap)
{
    /// <summary>A wait up to this long is left to the activity; a longer one becomes a timer, so that it holds no slot.</summary>
    private static readonly TimeSpan LongestHeldWait = TimeSpan.FromSeconds(5);

    private DateTimeOffset _next = DateTimeOffset.MinValue;

    /// <summary>When the next paced step may begin.</summary>
    public DateTimeOffset Next => _next;

    public bool MayStart(DateTimeOffset now) => _next - now <= LongestHeldWait;

    /// <summary>Takes the next place; null when work may begin at once.</summary>
    public DateTimeOffset? Take(DateTimeOffset now)
    {
        var start = _next > now ? _next : now;
        _next = start + gap;
        return start > now ? start : null;
    }
}
