using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.Simulated;

namespace Orchestrator.Activities.Mocks;

/// <summary>Who answers in runs with mocks where a step has none. There is no provider in it, so that none can be asked.</summary>
internal static class MockClients
{
    /// <summary>Answers for every name with the simulation; for checks, which ask nothing.</summary>
    public static IChatClientFactory Any { get; } = new ChatClientFactory(TimeProvider.System, fallback: new SimulatedModelOptions());

    /// <summary>The client for a step of a run with these mocks.</summary>
    /// <exception cref="ModelException">The mocks do not say that the simulation may answer.</exception>
    public static IChatClient For(MockScript mocks, string model, TimeProvider time) =>
        new ChatClientFactory(time, fallback: mocks.Else is null ? null : SimulatedModelOptions.Parse(mocks.Else)).Create(model);
}
