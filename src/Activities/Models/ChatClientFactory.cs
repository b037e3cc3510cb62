using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models.Simulated;

namespace Orchestrator.Activities.Models;

/// <summary>
/// The name <c>simulated</c>, with or without options, is the built-in model; all others go to the provider or, without one, to the simulation too.
/// </summary>
/// <param name="clock">The simulation's time.</param>
/// <param name="provider">Makes the client of any other model, once per name as long as that is used; null when no provider is configured.</param>
/// <param name="fallback">How the simulation answers for a model that no provider serves; null for its defaults.</param>
public sealed class ChatClientFactory(
    TimeProvider clock, Func<string, IChatClient>? provider = null, SimulatedModelOptions? fallback = null) : IChatClientFactory
{
    /// <summary>Far more than an app uses. Who calls names the models, so the names have no end.</summary>
    internal const int MostKept = 200;

    private readonly ConcurrentDictionary<string, IChatClient> _clients = new(StringComparer.Ordinal);

    /// <summary>How many clients are kept.</summary>
    internal int Kept => _clients.Count;

    /// <inheritdoc/>
    public IChatClient Create(string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        if (_clients.TryGetValue(model, out var known))
        {
            return known;
        }

        var made = Make(model);
        if (_clients.Count >= MostKept)
        {
            // Whoever uses one goes on with it, and the next call makes it again.
            _clients.Clear();
        }

        return _clients.GetOrAdd(model, made);
    }

    /// <inheritdoc/>
    public bool IsSimulated(string model) => provider is null || SimulatedModelOptions.IsSimulated(model);

    private IChatClient Make(string model) => SimulatedModelOptions.IsSimulated(model)
        ? new SimulatedChatClient(SimulatedModelOptions.Parse(model), clock, model)
        : provider?.Invoke(model) ?? new SimulatedChatClient(fallback ?? new SimulatedModelOptions(), clock, model);
}
