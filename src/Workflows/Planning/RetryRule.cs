using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Planning;

/// <summary>When a failed attempt of a step is followed by another, and after what wait.</summary>
public sealed record RetryRule
{
    /// <summary>All attempts, the first included; at least 1. Default 3.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public int MaxAttempts { get; init; } = 3;

    /// <summary>Upper bound of the wait after the first attempt, in milliseconds. Default 500.</summary>
    public int FirstIntervalMs { get; init; } = 500;

    /// <summary>Factor from one wait's bound to the next. Default 2.</summary>
    public double Backoff { get; init; } = 2;

    /// <summary>No bound grows beyond this, in milliseconds; a provider's Retry-After may. Default 30,000.</summary>
    public int MaxIntervalMs { get; init; } = 30_000;

    /// <summary>The kinds of failure that are worth another attempt.</summary>
    public IReadOnlyList<ErrorKind> On { get; init; } = [ErrorKind.RateLimited, ErrorKind.Unavailable, ErrorKind.Timeout];

    /// <summary>The rule of a step: for prompts three attempts, for tools one unless the step says more, for others none.</summary>
    public static RetryRule? Of(StepDefinition step)
    {
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

    public bool Allows(WorkflowError error, int attempt) => attempt < MaxAttempts && error.Retryable && On.Contains(error.Kind);

    /// <summary>
    /// The wait after attempt number <paramref name="attempt"/> failed: full jitter below the bound,
    /// and never less than the provider asked for.
    /// </summary>
    /// <param name="draw">A number in [0, 1) that is the same on every replay.</param>
    public TimeSpan DelayAfter(int attempt, WorkflowError error, double draw)
    {
        var bound = Math.Min(MaxIntervalMs, FirstIntervalMs * Math.Pow(Backoff, attempt - 1));
        return TimeSpan.FromMilliseconds(Math.Max(Math.Floor(bound * draw), error.RetryAfterMs ?? 0));
    }
}

/// <summary>A hash that is the same in every process, on every machine and in every version: what randomness is drawn from.</summary>
public static class StableHash
{
    /// <summary>A number in [0, 1) drawn from the names (64-bit FNV-1a, mixed).</summary>
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

        return (hash ^ 0xFFFF) * 1099511628211UL;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCDUL;
        value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53UL;
        return value ^ (value >> 33);
    }
}
