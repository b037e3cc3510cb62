namespace Microsoft.Azure.WebJobs.Host
{
    /// <summary>What the real host wraps every failure of a function in.</summary>
    public class FunctionInvocationException(string message, Exception cause) : Exception(message, cause);

    /// <summary>What the real host throws when it stops before the worker has got the call.</summary>
    public sealed class FunctionInvocationCanceledException(string message, Exception cause) : FunctionInvocationException(message, cause);

    /// <summary>What the real host throws when a function runs longer than host.json's functionTimeout.</summary>
    public sealed class FunctionTimeoutException(string message) : Exception(message);
}

namespace Microsoft.Azure.WebJobs.Script.Workers
{
    /// <summary>What the real host throws when the worker process is gone.</summary>
    public sealed class WorkerProcessExitException(string message) : Exception(message);
}
