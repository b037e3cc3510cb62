using Microsoft.DurableTask;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>Why an activity failed, as far as that says whether it is called again.</summary>
/// <param name="Message">What the failure says.</param>
internal sealed record ActivityFailure(ActivityFailureKind Kind, string Message)
{
    private const string WorkerExit = "Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException";
    private const string InvocationCancelled = "Microsoft.Azure.WebJobs.Host.FunctionInvocationCanceledException";
    private const string FunctionTimeout = "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException";

    public static ActivityFailure Of(TaskFailureDetails failure)
    {
        // A store that is away counts only as the outermost failure: as an inner one it may have occurred after money was spent.
        var kind = failure.IsNamed(nameof(ContentValueException)) ? ActivityFailureKind.Final
            : failure.IsNamed(nameof(ContentStoreException)) ? ActivityFailureKind.StoreAway
            : failure.IsCausedBy<OperationCanceledException>() ? ActivityFailureKind.Stopped
            : ActivityFailureKind.Final;
        for (var inner = failure; inner is not null && kind == ActivityFailureKind.Final; inner = inner.InnerFailure)
        {
            // The host wraps its own failures, and its types are not loaded here, so their names are compared.
            kind = inner.ErrorType switch
            {
                WorkerExit => ActivityFailureKind.WorkerDied,
                InvocationCancelled => ActivityFailureKind.Stopped,
                FunctionTimeout => ActivityFailureKind.TimedOut,
                _ => kind,
            };
        }

        return new ActivityFailure(kind, SharedHub.Explain(failure) is { } reason ? $"{failure.ErrorMessage} {reason}" : failure.ErrorMessage);
    }

    public bool MayBeMadeAgain(bool timeoutsToo) =>
        Kind is ActivityFailureKind.StoreAway or ActivityFailureKind.WorkerDied or ActivityFailureKind.Stopped || (timeoutsToo && Kind == ActivityFailureKind.TimedOut);

    /// <summary>The failure as the error of the attempt that it ended: a time limit of the host counts as the attempt's timeout, every other failure is internal.</summary>
    public WorkflowError ErrorOf(ExecuteStepInput call) => Kind == ActivityFailureKind.TimedOut
        ? new WorkflowError(
            ErrorKind.Timeout,
            $"Step '{call.StepId}' was not done within the time that the Functions host allows one activity (functionTimeout in host.json), which ended it.")
        {
            Step = call.StepId,
            Attempt = call.Attempt,
            Retryable = true,
            Details = new() { ["level"] = "attempt", ["setting"] = "functionTimeout" },
        }
        : new WorkflowError(ErrorKind.Internal, $"Step '{call.StepId}' could not be executed: {Message}")
        {
            Step = call.StepId,
            Attempt = call.Attempt,
        };
}

/// <summary>The kinds of <see cref="ActivityFailure"/>.</summary>
internal enum ActivityFailureKind
{
    /// <summary>A bug in this program, or a change of the storage.</summary>
    Final,

    /// <summary>The store was away: nothing was paid, or the attempt has its record.</summary>
    StoreAway,

    /// <summary>The worker process ended while it executed the activity.</summary>
    WorkerDied,

    /// <summary>The activity was cancelled. Only a host that stops does that: every other cancellation is an outcome of the step.</summary>
    Stopped,

    /// <summary>The host ended the activity for its own limit.</summary>
    TimedOut,
}
