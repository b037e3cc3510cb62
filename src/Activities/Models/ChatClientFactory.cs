using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Activities.Models.Simulated;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Runs;

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

/// <summary>
/// The name <c>simulated</c>, with or without options, is the built-in model; all others go to the provider. Without one the simulation answers for them
/// where that was asked for; elsewhere they are refused.
/// </summary>
/// <param name="clock">The simulation's time.</param>
/// <param name="provider">Makes the client of any other model; null when no provider is configured, or none may be asked.</param>
/// <param name="fallback">How the simulation answers for a model that no provider serves; null: such a model is refused.</param>
public sealed class ChatClientFactory(
    TimeProvider clock, Func<string, IChatClient>? provider = null, SimulatedModelOptions? fallback = null) : IChatClientFactory
{
    /// <inheritdoc/>
    public IChatClient Create(string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        if (SimulatedModelOptions.IsSimulated(model))
        {
            return new SimulatedChatClient(Options(model), clock, model);
        }

        return provider is not null ? provider(model)
            : fallback is not null ? new SimulatedChatClient(fallback, clock, model)
            : throw NoProvider(model);
    }

    /// <inheritdoc/>
    public bool IsSimulated(string model) => SimulatedModelOptions.IsSimulated(model) || (provider is null && fallback is not null);

    private static SimulatedModelOptions Options(string model)
    {
        try
        {
            return SimulatedModelOptions.Parse(model);
        }
        catch (ModelOptionException exception)
        {
            throw new ModelException(new WorkflowError(ErrorKind.InvalidInput, exception.Message), exception);
        }
    }

    private static ModelException NoProvider(string model) => new(new WorkflowError(
        ErrorKind.Unavailable,
        $"No provider is configured that could answer for the model '{model}'. Set {ModelProviderOptions.KeyVariable} (and {ModelProviderOptions.BaseUrlVariable} for a compatible server)"
        + $" or {ModelProviderOptions.AzureEndpointVariable}; for made-up answers start with --model {SimulatedModelOptions.ModelName}, or set {ModelServices.SimulationSetting} to {SimulatedModelOptions.ModelName}."));
}
