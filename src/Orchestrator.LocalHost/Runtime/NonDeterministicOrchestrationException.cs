using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// The program is wrong, not the workflow: an orchestrator, run again over its history, did not ask for what it had asked for before. The instance fails.
/// </summary>
public sealed class NonDeterministicOrchestrationException : Exception
{
    /// <summary>Maximum number of characters of an input in the message, and how many of them come before the first difference.</summary>
    private const int ShownInput = 200;
    private const int ShownBefore = 60;

    public NonDeterministicOrchestrationException()
    {
    }

    public NonDeterministicOrchestrationException(string message)
        : base(message)
    {
    }

    public NonDeterministicOrchestrationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal NonDeterministicOrchestrationException(string orchestrator, string instanceId, int operation, string expected, string actual)
        : base($"The orchestrator '{orchestrator}' of instance '{instanceId}' did not repeat its history: operation #{operation} was {expected}, now it is {actual}. "
            + "Its code was changed while the instance was running, or it uses a clock, random numbers, ids or threads of its own. "
            + "Run the instance with the code that started it, or start a new one.")
    {
    }

    /// <summary>Both operations; with their inputs when nothing else tells them apart.</summary>
    internal static (string Expected, string Actual) Describe(HistoryEvent recorded, HistoryEvent asked)
    {
        var (expected, actual) = (Describe(recorded), Describe(asked));
        if (!string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase))
        {
            return (expected, actual);
        }

        var (before, now) = (InputOf(recorded), InputOf(asked));
        var same = before.AsSpan().CommonPrefixLength(now);
        return ($"{expected} with {Cut(before, same)}", $"{actual} with {Cut(now, same)}");
    }

    private static string InputOf(HistoryEvent operation) => operation switch
    {
        TaskScheduled call => call.Input,
        SubOrchestrationCreated call => call.Input,
        EventSent sent => sent.Input,
        _ => null,
    } ?? "no input";

    /// <summary>The part of an input around the place where two of them begin to differ.</summary>
    private static string Cut(string input, int difference)
    {
        var start = Math.Max(0, Math.Min(difference - ShownBefore, input.Length - ShownInput));
        var end = Math.Min(input.Length, start + ShownInput);
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
