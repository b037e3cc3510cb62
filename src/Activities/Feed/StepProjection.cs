using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Feed;

/// <summary>
/// The state of one step, computed from its events: time and cost over all attempts of the run, and the status in one of them. Not thread-safe.
/// </summary>
/// <param name="runAttempt">The attempt of the run that gives the status: the latest, or the one that made the reused output.</param>
/// <param name="reused">Whether the latest attempt does not execute the step, since it has an output.</param>
/// <param name="taken">What is known of an output that was copied from another run, whose events are not here.</param>
internal sealed class StepProjection(int runAttempt, bool reused, CheckpointReference taken = default)
{
    private readonly HashSet<(int RunAttempt, int Attempt, string Event)> _seen = [];
    private int _latestEnded;

    public StepStatus Status { get; private set; } = reused ? StepStatus.Reused : StepStatus.Pending;

    public string? Reason { get; private set; }

    public int Attempts { get; private set; }

    public DateTimeOffset? ReadyAt { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? CompletedAt { get; private set; }

    public double DurationMs { get; private set; }

    public double QueuedMs { get; private set; }

    public TokenUsage Usage { get; private set; }

    public WorkflowError? Error { get; private set; }

    public bool FallbackUsed { get; private set; } = taken.FallbackUsed;

    /// <summary>Whether the simulated model made the output instead of the model.</summary>
    public bool Simulated { get; private set; } = taken.Simulated;

    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>How many attempts ended by their time limit.</summary>
    public int TimedOut { get; private set; }

    /// <summary>Applies the next event of the step. False for a duplicate, which changes nothing.</summary>
    public bool Apply(RunEvent item)
    {
        if (!_seen.Add((item.RunAttempt, item.Attempt ?? 0, item.Event)))
        {
            return false;
        }

        Count(item);
        if (item.RunAttempt == runAttempt)
        {
            SetState(item);
        }

        return true;
    }

    /// <summary>Call when the run has ended: the end of a step without one was lost with its host or with the run's orchestration.</summary>
    public void MarkLost()
    {
        if (!HasEnded)
        {
            Status = StepStatus.Cancelled;
            Reason = StepReason.Lost;
        }
    }

    public bool HasEnded => Status is StepStatus.Completed or StepStatus.Reused or StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled;

    public StepSummary Summary() => new()
    {
        Status = Status,
        Reason = Reason,
        Attempts = Attempts,
        StartedAt = StartedAt,
        CompletedAt = CompletedAt,
        DurationMs = DurationMs,
        QueuedMs = QueuedMs,
        FallbackUsed = FallbackUsed,
        Simulated = Simulated,
        Usage = Usage,
        Reused = Status == StepStatus.Reused,
        Error = Status is StepStatus.Completed or StepStatus.Reused ? null : Error,
    };

    /// <summary>Adds what counts over all attempts of the run.</summary>
    private void Count(RunEvent item)
    {
        Attempts += item.Event == RunEventNames.StepStarted ? 1 : 0;
        QueuedMs += item.Event == RunEventNames.StepStarted ? item.QueuedMs ?? 0 : 0;
        DurationMs += item.DurationMs ?? 0;
        Usage += item.Usage ?? default;
        TimedOut += item.Error?.Kind == ErrorKind.Timeout ? 1 : 0;
    }

    /// <summary>Sets what the event says of the step in the present attempt of the run.</summary>
    private void SetState(RunEvent item)
    {
        switch (item.Event)
        {
            case RunEventNames.StepReady:
                ReadyAt ??= item.At;
                SetOpen(StepStatus.Ready);
                break;
            case RunEventNames.StepStarted:
                StartedAt ??= item.At;
                SetOpen(StepStatus.Running);
                break;
            case RunEventNames.StepRetrying:
                End(item, StepStatus.Retrying);
                break;
            case RunEventNames.StepCompleted:
                End(item, StepStatus.Completed);
                break;
            case RunEventNames.StepFailed:
                End(item, StepStatus.Failed);
                break;
            case RunEventNames.StepSkipped:
                End(item, StepStatus.Skipped);
                break;
            case RunEventNames.StepCancelled:
                End(item, StepStatus.Cancelled);
                break;
            default:
                break;
        }
    }

    /// <summary>Ignores late events: a step that has ended stays ended.</summary>
    private void SetOpen(StepStatus status)
    {
        if (Status is StepStatus.Pending or StepStatus.Ready or StepStatus.Retrying)
        {
            Status = status;
        }
    }

    /// <summary>Ignores the orchestrator's decision that an attempt failed when the end of a later attempt came first.</summary>
    private void End(RunEvent item, StepStatus status)
    {
        var attempt = item.Attempt ?? 0;
        if (status == StepStatus.Failed && attempt < _latestEnded)
        {
            return;
        }

        _latestEnded = Math.Max(_latestEnded, attempt);
        Status = reused ? StepStatus.Reused : status;
        Reason = item.Reason;
        FallbackUsed = item.FallbackUsed == true;
        Simulated = item.Simulated == true;
        Error = item.Error ?? Error;
        Warnings = item.Warnings ?? [];
        CompletedAt = status == StepStatus.Retrying ? null : item.At;
    }
}
