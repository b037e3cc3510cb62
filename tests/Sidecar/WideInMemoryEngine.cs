using DurableTask.Core;
using Microsoft.DurableTask.Testing.Sidecar;

namespace Orchestrator.Testing.Sidecar;

/// <summary>
/// The SDK's engine in memory without its limit, which is the number of processors: a dispatcher that has reached it asks again after 500 ms,
/// so that a machine with 2 processors would run 4 activities a second.
/// </summary>
public sealed class WideInMemoryEngine : InMemoryOrchestrationService, IOrchestrationService
{
    private const int Many = 100_000;

    int IOrchestrationService.MaxConcurrentTaskOrchestrationWorkItems => Many;

    int IOrchestrationService.MaxConcurrentTaskActivityWorkItems => Many;
}
