using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// An orchestrator did not repeat the operations of its history when it was replayed. The instance fails; the cause is in the program.
/// </summary>
public sealed class NonDeterministicOrchestrationException : Exception
{
    /// <summary>Maximum number of characters of an input in the message, and the number of them before the first difference.</summary>
    private const int MaxExcerptLength = 200;
    private const int ExcerptLead = 60;

    /// <summary>Creates the exception with a default message.</summary>
    public NonDeterministicOrchestrationException()
    {
    }

    /// <summary>Creates the exception with a message.</summary>
    public NonDeterministicOrchestrationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message and its cause.</summary>
    public NonDeterministicOrchestrationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal NonDeterministicOrchestrationException(string orchestrator, string instanceId, int operation, string expected, string actual)
        : base($"The orchestrator '{orchestrator}' of instance '{instanceId}' did not repeat its history: "
            + $"operation #{operation} was {expected}, now it is {actual}. "
            + "Its code was changed while the instance was running, or it uses a clock, random numbers, ids or threads of its own. "
            + "Run the instance with the code that started it, or start a new one.")
    {
    }

    /// <summary>Describes both operations, with their inputs when they differ in nothing else.</summary>
    internal static (string Expected, string Actual) Describe(HistoryEvent recorded, HistoryEvent asked)
    {
        var (expected, actual) = (Describe(recorded), Describe(asked));
        if (!string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase))
        {
            return (expected, actual);
        }

        var (before, now) = (InputOf(recorded), InputOf(asked));
        var same = before.AsSpan().CommonPrefixLength(now);
        return ($"{expected} with {Excerpt(before, same)}", $"{actual} with {Excerpt(now, same)}");
    }

    private static string InputOf(HistoryEvent operation) => operation switch
    {
        TaskScheduled call => call.Input,
        SubOrchestrationCreated call => call.Input,
        EventSent sent => sent.Input,
        _ => null,
    } ?? "no input";

    /// <summary>The part of an input around the first difference.</summary>
    private static string Excerpt(string input, int difference)
    {
        var start = Math.Max(0, Math.Min(difference - ExcerptLead, input.Length - MaxExcerptLength));
        var end = Math.Min(input.Length, start + MaxExcerptLength);
        return (start > 0 ? "…" : "") + input[start..end] + (end < input.Length ? "…" : "");
    }

    internal static string Describe(HistoryEvent operation) => operation switch
    {
        TaskScheduled call => $"a call of the activity '{call.Name}'",
        SubOrchestrationCreated call => $"a call of the sub-orchestration '{call.Name}' as '{call.InstanceId}'",
        TimerCreated timer => $"a timer for {timer.FireAt:O}",
        EventSent sent => $"the event '{sent.Name}' to '{sent.InstanceId}'",
        _ => operation.GetType().Name,
    };
}
