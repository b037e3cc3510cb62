using System.Globalization;
using System.Net.Http.Headers;

namespace Orchestrator.Activities.Errors;

/// <summary>Reads how long a server asks clients to wait.</summary>
internal static class RetryAfter
{
    /// <summary>
    /// The value of a <c>Retry-After</c> header in milliseconds, 0 for a past date, at most <see cref="int.MaxValue"/>; null when it is absent or not
    /// valid.
    /// </summary>
    /// <param name="header">The header as it came; null when there is none.</param>
    /// <param name="now">The current time, for headers with a date.</param>
    public static int? Milliseconds(string? header, DateTimeOffset now)
    {
        // RetryConditionHeaderValue rejects seconds beyond an int, which would mean no wait at all.
        if (header?.Trim() is { Length: > 0 } text && text.All(char.IsAsciiDigit))
        {
            return Milliseconds(double.Parse(text, CultureInfo.InvariantCulture) * 1000);
        }

        return RetryConditionHeaderValue.TryParse(header, out var condition) && condition.Date is { } date
            ? Milliseconds((date - now).TotalMilliseconds)
            : null;
    }

    /// <summary>Rounds up to whole milliseconds, from 0 to <see cref="int.MaxValue"/>.</summary>
    public static int Milliseconds(double milliseconds) => (int)Math.Clamp(Math.Ceiling(milliseconds), 0, int.MaxValue);
}
