using Microsoft.Extensions.AI;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Activities.Models.Mocks;

/// <summary>The model clients of runs with mocks, for steps without a mock. They have no provider, so that none can be called.</summary>
internal static class MockClients
{
    /// <summary>Has the simulation for every name; for checks, which call no model.</summary>
    public static IChatClientFactory Any { get; } = new ChatClientFactory(TimeProvider.System, fallback: new SimulatedModelOptions());

    /// <summary>The client for a step of a run with these mocks.</summary>
    /// <exception cref="ModelException">The mocks do not say that the simulation may answer.</exception>
    public static IChatClient For(MockScript mocks, string model, TimeProvider time) =>
        new ChatClientFactory(time, fallback: mocks.Else is null ? null : SimulatedModelOptions.Parse(mocks.Else)).Create(model);
}
