using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>
/// The program is wrong, not the workflow: an orchestrator, run again over its history, did not ask for what it had asked for before. The instance fails.
/// </summary>
public sealed class NonDeterministicOrchestrationException : Exception
{
    public NonDeterministicOrchestrationException()
    {
    }

    public NonDeterministicOrchestrationException(string message)
        : base(message)
    {
    }

    public NonDeterministicOrchestrationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    internal NonDeterministicOrchestrationException(string orchestrator, string instanceId, int operation, string expected, string actual)
        : base($"The orchestrator '{orchestrator}' of instance '{instanceId}' did not repeat its history: operation #{operation} was {expected}, now it is {actual}. "
            + "Its code was changed while the instance was running, or it uses a clock, random numbers, ids or threads of its own. "
            + "Run the instance with the code that started it, or start a new one.")
    {
    }

    internal static string Describe(HistoryEvent operation) => operation switch
    {
        TaskScheduled call => $"a call of the activity '{call.Name}'",
        SubOrchestrationCreated call => $"a call of the sub-orchestration '{call.Name}' as '{call.InstanceId}'",
        TimerCreated timer => $"a timer for {timer.FireAt:O}",
        EventSent sent => $"the event '{sent.Name}' to '{sent.InstanceId}'",
        _ => operation.GetType().Name,
    };
}
