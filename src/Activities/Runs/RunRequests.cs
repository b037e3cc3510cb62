using System.Text.Json.Serialization;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// The requests to cancel and suspend the attempts of a run (<c>control.json</c>). Entries are only added; the end of a suspension is set once.
/// Immutable.
/// </summary>
public sealed record RunRequests : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? Flaw => Cancellations is null || Suspensions is null
        || Suspensions.Any(suspension => suspension is null)
        || Cancellations.Any(cancellation => cancellation?.Scope is null || cancellation.Reason is null)
            ? "a member of it is missing"
            : null;

    /// <inheritdoc cref="RunIdentity.Stamp"/>
    public string? Stamp { get; init; }

    /// <summary>No request.</summary>
    public static RunRequests None { get; } = new();

    /// <summary>The cancellations in the order in which they were requested; none twice.</summary>
    public IReadOnlyList<ScopeCancellation> Cancellations { get; init; } = [];

    /// <summary>In the order in which they began; only the last one of an attempt may be without an end.</summary>
    public IReadOnlyList<RunSuspension> Suspensions { get; init; } = [];

    /// <summary>Whether the attempt is suspended: no new step may start.</summary>
    /// <param name="runAttempt">The attempt of the run, from 1.</param>
    public bool IsSuspended(int runAttempt) => Suspensions.Any(suspension => suspension.RunAttempt == runAttempt && suspension.To is null);

    /// <summary>Whether the whole attempt is to be cancelled.</summary>
    /// <param name="runAttempt">The attempt of the run, from 1.</param>
    public bool IsCancelled(int runAttempt) =>
        Cancellations.Any(cancellation => cancellation.RunAttempt == runAttempt && cancellation.Scope.Length == 0);

    /// <summary>
    /// How long the attempt was suspended between two moments, by the clocks of the callers that suspended and continued it. Use
    /// <see cref="RunWatch.Suspended"/> for time in which this process watched the run. At least zero and at most the time between the moments, even
    /// when the clocks differ.
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

        // Suspensions can overlap when the clocks differ.
        return sum < to - from ? sum : to > from ? to - from : TimeSpan.Zero;
    }

    /// <summary>A copy with one more cancellation; the same object when it is there already.</summary>
    internal RunRequests With(ScopeCancellation cancellation) =>
        Cancellations.Contains(cancellation) ? this : this with { Cancellations = [.. Cancellations, cancellation] };

    /// <summary>A copy in which the attempt is suspended; the same object when it is already.</summary>
    internal RunRequests Suspended(int runAttempt, DateTimeOffset at) =>
        IsSuspended(runAttempt) ? this : this with { Suspensions = [.. Suspensions, new RunSuspension(runAttempt, at, null)] };

    /// <summary>A copy in which the attempt's suspension has ended; the same object when it is not suspended.</summary>
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

/// <summary>The request that the steps of a scope end.</summary>
/// <param name="RunAttempt">The attempt of the run, from 1.</param>
/// <param name="Scope">The scope's path; empty: the whole run.</param>
/// <param name="Reason">The reason that their checkpoints get.</param>
/// <param name="DecidedBy">The step whose end caused the cancellation; null for a request of a caller or of the scheduler.</param>
public sealed record ScopeCancellation(int RunAttempt, string Scope, string Reason, DecidingStep? DecidedBy);

/// <summary>A period in which no new step may start.</summary>
/// <param name="RunAttempt">The attempt of the run, from 1.</param>
/// <param name="To">Its end; null while it lasts.</param>
public sealed record RunSuspension(int RunAttempt, DateTimeOffset From, DateTimeOffset? To);
