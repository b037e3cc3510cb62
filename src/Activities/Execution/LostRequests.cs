using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Counts the requests of an attempt that may have been paid for without a recorded answer. An attempt is executed only while it has no checkpoint,
/// so every <c>step.started</c> event of it in the run's log before that of this execution is of a lost execution. Thread-safe.
/// </summary>
/// <param name="isShared">Whether several processes work on a run at the same time: then the events of other steps say nothing about an execution.</param>
public sealed class LostRequests(CheckpointStore checkpoints, RunEventFeed feed, bool isShared)
{
    /// <summary>The number of lost executions of the attempt, whose checkpoint was looked for under its claim.</summary>
    /// <param name="takenOver">Whether the claim was taken over from a process that is gone: it may have sent at least one request.</param>
    internal async Task<int> CountAsync(ExecuteStepInput call, bool takenOver, CancellationToken cancellationToken)
    {
        var log = await checkpoints.ReadAsync(call.Run, isCurrent: false, cancellationToken);
        return Math.Max(takenOver ? 1 : 0, log.Begun(new AttemptKey(call.RunAttempt, call.StepId, call.Attempt)));
    }

    /// <summary>
    /// The attempts of steps that began and did not end, with their executions. A duplicate event has the same time; two executions have different
    /// ones.
    /// </summary>
    internal async Task<Dictionary<(string Step, int Attempt), OpenAttempt>> ReadAsync(
        RunIdentity run, int runAttempt, CancellationToken cancellationToken)
    {
        var begun = new Dictionary<(string Step, int Attempt), OpenAttempt>();
        var process = new ProcessSign();
        foreach (var item in await feed.ReadAsync(run, cancellationToken))
        {
            if (item is not { StepPath: { } step, Attempt: { } attempt } || item.RunAttempt != runAttempt)
            {
                continue;
            }

            if (item.Event == RunEventNames.StepStarted)
            {
                if (!begun.TryGetValue((step, attempt), out var open))
                {
                    begun.Add((step, attempt), open = new OpenAttempt(isShared ? new ProcessSign() : process));
                }

                if (!isShared && open.IsNewExecution(item.At) && open.Process == process)
                {
                    // One process drives the run, and this attempt is executed again: that process has ended.
                    process = new ProcessSign();
                }

                open.Start(item.At, isShared ? open.Process : process);
            }
            else if (RunEventNames.EndsAttempt(item.Event))
            {
                begun.Remove((step, attempt));
            }

            (isShared ? begun.GetValueOrDefault((step, attempt))?.Process : process)?.Add(item.At);
        }

        return begun;
    }
}

/// <summary>An attempt of a step that began and has no end in the feed. Not thread-safe.</summary>
/// <param name="process">The process of its first execution.</param>
internal sealed class OpenAttempt(ProcessSign process)
{
    private readonly HashSet<DateTimeOffset> _starts = [];

    /// <summary>How often it was executed.</summary>
    public int Executions => _starts.Count;

    /// <summary>When its last execution began.</summary>
    public DateTimeOffset LastStart { get; private set; }

    /// <summary>The process of its last execution.</summary>
    public ProcessSign Process { get; private set; } = process;

    /// <summary>Whether a start at this time is of a further execution, not a duplicate event.</summary>
    public bool IsNewExecution(DateTimeOffset at) => _starts.Count > 0 && !_starts.Contains(at);

    /// <summary>Adds an execution; nothing for a duplicate event.</summary>
    public void Start(DateTimeOffset at, ProcessSign process)
    {
        if (_starts.Add(at))
        {
            (LastStart, Process) = (at, process);
        }
    }
}

/// <summary>The last sign of life of a process: the time of its last event. Not thread-safe.</summary>
internal sealed class ProcessSign
{
    /// <summary>The time of the latest event; the smallest time when there was none.</summary>
    public DateTimeOffset At { get; private set; }

    /// <summary>The process appended an event.</summary>
    public void Add(DateTimeOffset at) => At = at > At ? at : At;
}
