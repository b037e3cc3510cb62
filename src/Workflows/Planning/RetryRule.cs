using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Planning;

/// <summary>
/// The retry rule of a step: which failed attempts are followed by another one, and after what wait. <see cref="StepRules.AfterFailure"/> applies it,
/// together with the step's deadline. Immutable. Thread-safe.
/// </summary>
public sealed record RetryRule
{
    /// <summary>All attempts, the first included; at least 1. Default 3.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Upper bound of the wait after the first attempt, in milliseconds; not negative. Default 500.</summary>
    public int FirstIntervalMs { get; init; } = 500;

    /// <summary>Factor from the bound of one wait to the next, at least 1. Default 2.</summary>
    public double Backoff { get; init; } = 2;

    /// <summary>The bound never grows beyond this, in milliseconds; a provider's Retry-After may be longer. Default 30,000.</summary>
    public int MaxIntervalMs { get; init; } = 30_000;

    /// <summary>The kinds of failure after which another attempt is made.</summary>
    public IReadOnlyList<ErrorKind> On { get; init; } = [ErrorKind.RateLimited, ErrorKind.Unavailable, ErrorKind.Timeout];

    /// <summary>
    /// The rule of a step: for prompts three attempts, for tools one unless the step says more; null for merges, which are never tried again.
    /// </summary>
    public static RetryRule? Of(StepDefinition step)
    {
        ArgumentNullException.ThrowIfNull(step);
        if (step.Type == StepType.Merge)
        {
            return null;
        }

        var isTool = step.Type == StepType.Tool;
        var standard = new RetryRule { MaxAttempts = (step.Options.RetryCount ?? (isTool ? 0 : StepOptions.DefaultRetryCount)) + 1 };
        if (isTool)
        {
            standard = standard with { On = [.. standard.On, ErrorKind.ToolFailed] };
        }

        return step.Options.Retry is not { } retry ? standard : standard with
        {
            MaxAttempts = retry.MaxAttempts ?? (isTool ? StepOptions.DefaultRetryCount + 1 : standard.MaxAttempts),
            FirstIntervalMs = retry.FirstInterval ?? standard.FirstIntervalMs,
            Backoff = retry.Backoff ?? standard.Backoff,
            MaxIntervalMs = retry.MaxInterval ?? standard.MaxIntervalMs,
            On = retry.On ?? standard.On,
        };
    }

    /// <summary>Whether another attempt may follow.</summary>
    /// <param name="attempt">The number of the attempt that failed, from 1; of a repeated step within its turn.</param>
    public bool Allows(WorkflowError error, int attempt) => attempt < MaxAttempts && error.Retryable && On.Contains(error.Kind);

    /// <summary>
    /// The wait after a failed attempt: a random part of the bound (full jitter), so that steps which failed together do not retry together; never
    /// less than the provider asked for.
    /// </summary>
    /// <param name="attempt">The number of the attempt that failed, from 1; of a repeated step within its turn.</param>
    /// <param name="draw">A number in [0, 1) that is the same on every replay.</param>
    public TimeSpan DelayAfter(int attempt, WorkflowError error, double draw)
    {
        var bound = Math.Min(MaxIntervalMs, FirstIntervalMs * Math.Pow(Backoff, attempt - 1));
        return TimeSpan.FromMilliseconds(Math.Max(Math.Floor(bound * draw), error.RetryAfterMs ?? 0));
    }
}

/// <summary>
/// Random numbers that are the same in every process, on every machine and in every version, since an orchestrator that replays must draw the same
/// waits. Thread-safe.
/// </summary>
public static class StableHash
{
    /// <summary>A number in [0, 1) that depends on the arguments alone (64-bit FNV-1a, mixed).</summary>
    public static double Draw(string run, string step, int attempt)
    {
        var hash = Add(Add(14695981039346656037UL, run), step);
        hash = Mix(hash ^ (ulong)attempt);
        return (hash >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Add(ulong hash, string text)
    {
        foreach (var character in text)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        // Ends the text, so that "a" and "bc" differ from "ab" and "c".
        return (hash ^ 0xFFFF) * 1099511628211UL;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCDUL;
        value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return value ^ (value >> 33);
    }
}
