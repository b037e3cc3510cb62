using Microsoft.DurableTask;

namespace Orchestrator.Conformance.Engines;

/// <summary>What a behaviour is registered with: each engine has its own registration, the code is written once.</summary>
public interface IRegistry
{
    public void Orchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator);

    public void Activity<TInput, TOutput>(string name, Func<TaskActivityContext, TInput, Task<TOutput>> activity);
}
