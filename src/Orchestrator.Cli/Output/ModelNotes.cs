using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Cli.Output;

/// <summary>Sentences that tell which models answer, printed before any is asked.</summary>
internal static class ModelNotes
{
    private const string MadeUp = "Texts are made up; tokens and prices are what the named models would charge for them.";
    private const string None = "none, since no provider is configured";
    private const string Simulation = "the simulated model";

    /// <summary>The notes of a server.</summary>
    /// <param name="models">What answers for models that are not simulated by name; null for nothing.</param>
    public static IEnumerable<string> Of(IChatClientFactory factory, string? models)
    {
        yield return $"Models: {models ?? None}.{(factory.IsSimulated(DefaultModel.Name) ? " " + MadeUp : "")}";
        if (models is null)
        {
            yield return "Runs that ask models are refused (503). Set OPENAI_API_KEY or AZURE_OPENAI_ENDPOINT; "
                + "for made-up answers start with --model simulated.";
        }
    }

    /// <summary>The note of a run: what answers for which of the steps that it executes.</summary>
    /// <param name="models">What answers for models that are not simulated by name; null for nothing.</param>
    /// <returns>Empty when the run asks no model.</returns>
    public static IEnumerable<string> Of(PreparedRun run, IChatClientFactory factory, string? models)
    {
        var asking = run.StepsToExecute()
            .Select(step => (step.Id, Answers: Answers(step, run, factory), step.Models))
            .Where(step => step.Answers is not null)
            .ToList();
        if (asking.Count == 0)
        {
            yield break;
        }

        if (run.Mocks is null && asking.TrueForAll(step => step.Answers == Simulation))
        {
            var byName = asking.TrueForAll(step => step.Models.All(SimulatedModelOptions.IsSimulated));
            yield return $"Models: {(byName ? $"{SimulatedModelOptions.ModelName}, as asked" : models ?? None)}. {MadeUp}";
            yield break;
        }

        var groups = asking.GroupBy(step => step.Answers, StringComparer.Ordinal)
            .Select(group => $"{group.Key} for {Wording.Names([.. group.Select(step => step.Id)])}");
        yield return $"Models: {string.Join("; ", groups)}.";
    }

    /// <summary>What answers for a step; null when it asks no model.</summary>
    private static string? Answers(PreparedStep step, PreparedRun run, IChatClientFactory factory)
    {
        var needsMock = MockScript.NeedsMock(step.Type, step.Tool);
        if (run.Mocks is { } mocks)
        {
            return mocks.Entry(step.Id, 0, any: needsMock) is not null ? "mocks" : needsMock ? Simulation : null;
        }

        return step.Models.Count == 0 ? null
            : step.Models.All(factory.IsSimulated) ? Simulation
            : string.Join(", then ", step.Models.Select(model => Describe(model, factory)));
    }

    private static string Describe(string model, IChatClientFactory factory) => factory.IsSimulated(model) ? Simulation
        : factory.Create(model).GetService<ChatClientMetadata>()?.ProviderUri is { } address ? $"{model} at {address}"
        : model;
}
