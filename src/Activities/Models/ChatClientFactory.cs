using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Activities.Models.Simulated;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Models;

/// <summary>Finds the client for a model by the model's name. Implementations are thread-safe.</summary>
public interface IChatClientFactory
{
    /// <summary>A thread-safe client. The factory owns it: callers do not dispose it.</summary>
    /// <param name="model">As a definition or <c>--model</c> names it: <c>gpt-6-luna</c>, <c>simulated:latency=50</c>.</param>
    /// <exception cref="ModelException">There is no such model, its options are wrong, or no provider is configured for it.</exception>
    public IChatClient Create(string model);

    /// <summary>Whether the simulation answers calls to this model.</summary>
    public bool IsSimulated(string model);

    /// <summary>Whether the simulation answers in the place of another model, so that its texts are not answers of the named model.</summary>
    public bool IsSubstituted(string model) => IsSimulated(model) && !SimulatedModelOptions.IsSimulated(model);
}

/// <summary>
/// The name <c>simulated</c>, with or without options, is the built-in model; all others go to the provider. Without a provider the simulation
/// answers for them if that is configured; otherwise they are refused. Thread-safe.
/// </summary>
/// <param name="clock">The time of the simulation.</param>
/// <param name="provider">Makes the client of every other model; null when no provider is configured or may be called.</param>
/// <param name="fallback">The options with which the simulation answers for every other model without a provider; null: they are refused.</param>
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
        $"No provider is configured that could answer for the model '{model}'. Set {ModelProviderOptions.KeyVariable} "
        + $"(and {ModelProviderOptions.BaseUrlVariable} for a compatible server) or {ModelProviderOptions.AzureEndpointVariable}; "
        + $"for made-up answers start with --model {SimulatedModelOptions.ModelName}, "
        + $"or set {ModelServices.SimulationSetting} to {SimulatedModelOptions.ModelName}."));
}
