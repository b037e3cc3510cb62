namespace Microsoft.Azure.WebJobs.Host
{
    /// <summary>The exceptions in which the real host wraps every failure of a function.</summary>
    public class FunctionInvocationException(string message, Exception cause) : Exception(message, cause);

    /// <summary>Thrown when the host stops before the worker has received the call.</summary>
    public sealed class FunctionInvocationCanceledException(string message, Exception cause) : FunctionInvocationException(message, cause);

    /// <summary>Thrown when a function runs longer than host.json's functionTimeout.</summary>
    public sealed class FunctionTimeoutException(string message) : Exception(message);
}

namespace Microsoft.Azure.WebJobs.Script.Workers
{
    /// <summary>Thrown when the worker process has ended.</summary>
    public sealed class WorkerProcessExitException(string message) : Exception(message);
}
