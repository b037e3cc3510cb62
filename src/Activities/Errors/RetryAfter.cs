using System.Net.Http.Headers;

namespace Orchestrator.Activities.Errors;

/// <summary>Reads how long a server asks to be left alone.</summary>
internal static class RetryAfter
{
    /// <summary>What a <c>Retry-After</c> header says in milliseconds, 0 for a date that is past; null when there is none.</summary>
    public static int? Milliseconds(RetryConditionHeaderValue? header, DateTimeOffset now) =>
        (header?.Delta ?? (header?.Date - now)) is { } wait ? Milliseconds(wait.TotalMilliseconds) : null;

    public static int Milliseconds(double milliseconds) => (int)Math.Clamp(Math.Ceiling(milliseconds), 0, int.MaxValue);
}
