using System.Globalization;
using System.Net.Http.Headers;

namespace Orchestrator.Activities.Errors;

/// <summary>Reads how long a server asks to be left alone.</summary>
internal static class RetryAfter
{
    /// <summary>What a <c>Retry-After</c> header says in milliseconds, 0 for a date that is past, <see cref="int.MaxValue"/> for what is longer; null when it says nothing.</summary>
    /// <param name="header">The header as it came; null when there is none.</param>
    public static int? Milliseconds(string? header, DateTimeOffset now)
    {
        // The type of .NET takes no seconds beyond its int: a server that asks for more would be asked again at once.
        if (header?.Trim() is { Length: > 0 } text && text.All(char.IsAsciiDigit))
        {
            return Milliseconds(double.Parse(text, CultureInfo.InvariantCulture) * 1000);
        }

        return RetryConditionHeaderValue.TryParse(header, out var condition) && condition.Date is { } date ? Milliseconds((date - now).TotalMilliseconds) : null;
    }

    public static int Milliseconds(double milliseconds) => (int)Math.Clamp(Math.Ceiling(milliseconds), 0, int.MaxValue);
}
