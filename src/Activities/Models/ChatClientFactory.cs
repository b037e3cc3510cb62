using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models.Simulated;

namespace Orchestrator.Activities.Models;

/// <summary>
/// The name <c>simulated</c>, with or without options, is the built-in model; all others go to the provider or, without one, to the simulation too.
/// </summary>
/// <param name="clock">The simulation's time.</param>
/// <param name="provider">Makes the client of any other model, once per name; null when no provider is configured.</param>
/// <param name="fallback">How the simulation answers for a model that no provider serves; null for its defaults.</param>
public sealed class ChatClientFactory(
    TimeProvider clock, Func<string, IChatClient>? provider = null, SimulatedModelOptions? fallback = null) : IChatClientFactory
{
    private readonly ConcurrentDictionary<string, IChatClient> _clients = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IChatClient Create(string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        return _clients.GetOrAdd(model, Make);
    }

    /// <inheritdoc/>
    public bool IsSimulated(string model) => provider is null || SimulatedModelOptions.IsSimulated(model);

    private IChatClient Make(string model) => SimulatedModelOptions.IsSimulated(model)
        ? new SimulatedChatClient(SimulatedModelOptions.Parse(model), clock, model)
        : provider?.Invoke(model) ?? new SimulatedChatClient(fallback ?? new SimulatedModelOptions(), clock, model);
}
