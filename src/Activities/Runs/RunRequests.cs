using System.Text.Json.Serialization;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Runs;

/// <summary>What was asked of the attempts of a run: <c>control.json</c>. Entries are only added; the end of a suspension is set once.</summary>
public sealed record RunRequests : IRunPart
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? Flaw => Cancellations is null || Suspensions is null
        || Suspensions.Any(suspension => suspension is null)
        || Cancellations.Any(cancellation => cancellation?.Scope is null || cancellation.Reason is null)
            ? "a member of it is missing" : null;

    /// <inheritdoc cref="RunIdentity.Stamp"/>
    public string? Stamp { get; init; }

    public static RunRequests None { get; } = new();

    public IReadOnlyList<ScopeCancellation> Cancellations { get; init; } = [];

    /// <summary>In order; only the last of an attempt may be open.</summary>
    public IReadOnlyList<RunSuspension> Suspensions { get; init; } = [];

    /// <summary>Whether it is asked that nothing new starts.</summary>
    /// <param name="runAttempt">The attempt of the run, from 1.</param>
    public bool IsSuspended(int runAttempt) => Suspensions.Any(suspension => suspension.RunAttempt == runAttempt && suspension.To is null);

    /// <summary>Whether it is asked that the whole attempt ends.</summary>
    /// <param name="runAttempt">The attempt of the run, from 1.</param>
    public bool IsCancelled(int runAttempt) => Cancellations.Any(cancellation => cancellation.RunAttempt == runAttempt && cancellation.Scope.Length == 0);

    /// <summary>
    /// How long the attempt was suspended between two moments, by the clocks of those who asked for it: for time in which this process watched,
    /// <see cref="RunWatch.Suspended"/> counts. Between zero and the time between the moments, also when the clocks differ.
    /// </summary>
    public TimeSpan SuspendedBetween(int runAttempt, DateTimeOffset from, DateTimeOffset to)
    {
        var sum = TimeSpan.Zero;
        foreach (var suspension in Suspensions.Where(suspension => suspension.RunAttempt == runAttempt))
        {
            var begin = suspension.From > from ? suspension.From : from;
            var end = suspension.To is { } ended && ended < to ? ended : to;
            sum += end > begin ? end - begin : TimeSpan.Zero;
        }

        // Clocks that differ can make suspensions overlap.
        return sum < to - from ? sum : to > from ? to - from : TimeSpan.Zero;
    }

    /// <summary>A copy with one more cancellation; the same object when it has it already.</summary>
    internal RunRequests With(ScopeCancellation cancellation) =>
        Cancellations.Contains(cancellation) ? this : this with { Cancellations = [.. Cancellations, cancellation] };

    internal RunRequests Suspended(int runAttempt, DateTimeOffset at) =>
        IsSuspended(runAttempt) ? this : this with { Suspensions = [.. Suspensions, new RunSuspension(runAttempt, at, null)] };

    internal RunRequests Continued(int runAttempt, DateTimeOffset at) => !IsSuspended(runAttempt) ? this : this with
    {
        Suspensions =
        [
            .. Suspensions.Select(suspension => suspension.RunAttempt == runAttempt && suspension.To is null
                ? suspension with { To = at > suspension.From ? at : suspension.From }
                : suspension),
        ],
    };
}

/// <summary>The members of a scope are to end.</summary>
/// <param name="RunAttempt">The attempt of the run, from 1.</param>
/// <param name="Scope">The scope's path; empty: the whole run.</param>
/// <param name="Reason">What they record as the reason.</param>
/// <param name="DecidedBy">The step whose end decided it; null: a caller's request, or the scheduler's decision.</param>
public sealed record ScopeCancellation(int RunAttempt, string Scope, string Reason, DecidingStep? DecidedBy);

/// <summary>A time in which nothing new was to start.</summary>
/// <param name="RunAttempt">The attempt of the run, from 1.</param>
/// <param name="To">Null: it goes on.</param>
public sealed record RunSuspension(int RunAttempt, DateTimeOffset From, DateTimeOffset? To);
