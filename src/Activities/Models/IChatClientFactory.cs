using Microsoft.Extensions.AI;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Activities.Models;

/// <summary>Finds the client for a model by the model's name. Thread-safe.</summary>
public interface IChatClientFactory
{
    /// <summary>A client that may be used by many calls at once. The factory owns it: callers do not dispose it.</summary>
    /// <param name="model">As a definition or <c>--model</c> names it: <c>gpt-6-luna</c>, <c>simulated:latency=50</c>.</param>
    /// <exception cref="ModelException">There is no such model, its options are wrong, or no provider is configured for it.</exception>
    public IChatClient Create(string model);

    /// <summary>Whether calls to this model are answered by the built-in simulation, which a command then says.</summary>
    public bool IsSimulated(string model);

    /// <summary>Whether the simulation answers calls to a model of another name: such texts are not answers of the named model.</summary>
    public bool IsMadeUp(string model) => IsSimulated(model) && !SimulatedModelOptions.IsSimulated(model);
}
