using Microsoft.DurableTask.Client;

namespace Orchestrator.Conformance.Engines;

/// <summary>An engine that runs every registered behaviour: one hub and one worker for all tests of a collection.</summary>
public interface IEngine : IAsyncLifetime
{
    public string Name { get; }

    public DurableTaskClient Client { get; }
}
