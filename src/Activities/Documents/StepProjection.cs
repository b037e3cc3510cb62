using Orchestrator.Activities.Events;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Documents;

/// <summary>What the events of one step add up to. Not thread-safe.</summary>
internal sealed class StepProjection
{
    private readonly HashSet<(int RunAttempt, int Attempt, string Event)> _seen = [];

    public StepStatus Status { get; private set; } = StepStatus.Pending;

    public string? Reason { get; private set; }

    public int Attempts { get; private set; }

    public DateTimeOffset? ReadyAt { get; private set; }

    public DateTimeOffset? StartedAt { get; private set; }

    public DateTimeOffset? CompletedAt { get; private set; }

    public double DurationMs { get; private set; }

    public double QueuedMs { get; private set; }

    public TokenUsage Usage { get; private set; }

    public WorkflowError? Error { get; private set; }

    public bool FallbackUsed { get; private set; }

    public IReadOnlyList<string> Warnings { get; private set; } = [];

    /// <summary>How often an attempt ended by its time limit.</summary>
    public int TimedOut { get; private set; }

    /// <summary>Takes the next event of the step. False when it is a repeat, which changes nothing.</summary>
    public bool Apply(RunEvent item)
    {
        if (!_seen.Add((item.RunAttempt, item.Attempt ?? 0, item.Event)))
        {
            return false;
        }

        switch (item.Event)
        {
            case RunEventNames.StepReady:
                ReadyAt ??= item.At;
                SetOpen(StepStatus.Ready);
                break;
            case RunEventNames.StepStarted:
                Attempts++;
                StartedAt ??= item.At;
                QueuedMs += item.QueuedMs ?? 0;
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

        return true;
    }

    /// <summary>The attempt of the run that is looked at begins: the step has its output already, or starts over. What it cost before stays.</summary>
    public void BeginAttempt(bool reused)
    {
        if (reused)
        {
            Status = StepStatus.Reused;
            return;
        }

        Status = StepStatus.Pending;
        Reason = null;
        (ReadyAt, StartedAt, CompletedAt) = (null, null, null);
        FallbackUsed = false;
        Error = null;
        Warnings = [];
    }

    /// <summary>The run has ended and nobody told how the step did: its host was lost, or the run's orchestration was.</summary>
    public void Lose()
    {
        if (Status is StepStatus.Pending or StepStatus.Ready or StepStatus.Running or StepStatus.Waiting or StepStatus.Retrying)
        {
            Status = StepStatus.Cancelled;
            Reason = StepReason.Lost;
        }
    }

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
        Usage = Usage,
        Reused = Status == StepStatus.Reused,
        Error = Status is StepStatus.Completed or StepStatus.Reused ? null : Error,
    };

    /// <summary>A late event of an earlier stage does not bring an ended step back to life.</summary>
    private void SetOpen(StepStatus status)
    {
        if (Status is StepStatus.Pending or StepStatus.Ready or StepStatus.Retrying)
        {
            Status = status;
        }
    }

    private void End(RunEvent item, StepStatus status)
    {
        Status = status;
        Reason = item.Reason;
        DurationMs += item.DurationMs ?? 0;
        Usage += item.Usage ?? default;
        FallbackUsed = item.FallbackUsed == true;
        Error = item.Error ?? Error;
        Warnings = item.Warnings ?? [];
        TimedOut += item.Error?.Kind == ErrorKind.Timeout ? 1 : 0;
        CompletedAt = status == StepStatus.Retrying ? null : item.At;
    }
}
