using Microsoft.DurableTask;

namespace Orchestrator.Conformance.Engines;

/// <summary>The registration of the SDK's worker.</summary>
internal sealed class SdkRegistry(DurableTaskRegistry registry) : IRegistry
{
    public void Orchestrator<TInput, TOutput>(string name, Func<TaskOrchestrationContext, TInput, Task<TOutput>> orchestrator) =>
        registry.AddOrchestratorFunc(name, orchestrator);

    public void Activity<TInput, TOutput>(string name, Func<TaskActivityContext, TInput, Task<TOutput>> activity) =>
        registry.AddActivityFunc(name, activity);
}
