using Microsoft.DurableTask;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Orchestrations;

/// <summary>The failure of an activity, classified by whether the activity is called again. Immutable.</summary>
/// <param name="Message">The message of the failure, and how to correct a shared task hub where that is the cause.</param>
internal sealed record ActivityFailure(ActivityFailureKind Kind, string Message)
{
    private const string WorkerExit = "Microsoft.Azure.WebJobs.Script.Workers.WorkerProcessExitException";
    private const string InvocationCancelled = "Microsoft.Azure.WebJobs.Host.FunctionInvocationCanceledException";
    private const string FunctionTimedOut = "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException";

    /// <summary>Classifies the failure of an activity by its type and its causes.</summary>
    public static ActivityFailure Of(TaskFailureDetails failure)
    {
        // An unavailable store counts only as the outermost failure: as a cause it may have occurred after money was spent.
        var kind = failure.IsNamed(nameof(ContentValueException)) ? ActivityFailureKind.Final
            : failure.IsNamed(nameof(ContentStoreException)) ? ActivityFailureKind.StoreUnavailable
            : failure.IsCausedBy<OperationCanceledException>() ? ActivityFailureKind.Stopped
            : ActivityFailureKind.Final;
        for (var inner = failure; inner is not null && kind == ActivityFailureKind.Final; inner = inner.InnerFailure)
        {
            // The host wraps its own failures, and this process does not load its types, so their names are compared.
            kind = inner.ErrorType switch
            {
                WorkerExit => ActivityFailureKind.WorkerDied,
                InvocationCancelled => ActivityFailureKind.Stopped,
                FunctionTimedOut => ActivityFailureKind.TimedOut,
                _ => kind,
            };
        }

        return new ActivityFailure(kind, SharedHub.Explain(failure) is { } reason ? $"{failure.ErrorMessage} {reason}" : failure.ErrorMessage);
    }

    /// <summary>Whether the activity is called again.</summary>
    /// <param name="retriesTimeouts">Whether it is called again, too, when it exceeded the host's time limit.</param>
    public bool IsRetried(bool retriesTimeouts) =>
        Kind is ActivityFailureKind.StoreUnavailable or ActivityFailureKind.WorkerDied or ActivityFailureKind.Stopped
        || (retriesTimeouts && Kind == ActivityFailureKind.TimedOut);

    /// <summary>
    /// The failure as the error of the attempt that it ended: exceeding the host's time limit is a timeout of the attempt, every other failure is
    /// internal.
    /// </summary>
    public WorkflowError ErrorOf(ExecuteStepInput call) => Kind == ActivityFailureKind.TimedOut
        ? new WorkflowError(
            ErrorKind.Timeout,
            $"Step '{call.StepId}' was not done within the time that the Functions host allows one activity (functionTimeout in host.json), "
            + "which ended it.")
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
    /// <summary>A bug in this program, or a changed storage: the activity is not called again.</summary>
    Final,

    /// <summary>The content store was unavailable: nothing was paid, or the attempt has its record.</summary>
    StoreUnavailable,

    /// <summary>The worker process ended while it executed the activity.</summary>
    WorkerDied,

    /// <summary>The activity was cancelled because its host stops: every other cancellation is an outcome of the step.</summary>
    Stopped,

    /// <summary>The activity exceeded the host's time limit.</summary>
    TimedOut,
}

/// <summary>Recognizes exceptions of this program in recorded failures.</summary>
internal static class RecordedFailure
{
    /// <summary>
    /// Whether the failure itself, not one of its causes, is an exception of this type. The namespace is not compared: the history may come from a
    /// version that had the type in another one. Derived types are not included.
    /// </summary>
    /// <param name="type">A type of this program, without its namespace.</param>
    public static bool IsNamed(this TaskFailureDetails failure, string type) =>
        failure.ErrorType.EndsWith(type, StringComparison.Ordinal)
        && failure.ErrorType.AsSpan(0, failure.ErrorType.Length - type.Length) is var space
        && space.StartsWith("Orchestrator.", StringComparison.Ordinal) && space.EndsWith(".", StringComparison.Ordinal);
}
