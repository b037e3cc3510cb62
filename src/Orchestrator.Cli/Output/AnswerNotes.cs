using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Mocks;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.Simulated;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Hosting;

namespace Orchestrator.Cli.Output;

/// <summary>Says which models answer, before anything is asked.</summary>
internal static class AnswerNotes
{
    private const string MadeUp = "Texts are made up; tokens and prices are what the named models would charge for them.";

    /// <summary>The notes for a host that waits for runs.</summary>
    public static IEnumerable<string> Of(LocalApp app)
    {
        var factory = app.Services.GetRequiredService<IChatClientFactory>();
        yield return $"Models: {app.Answers}.{(factory.IsSimulated(DefaultModel.Name) ? " " + MadeUp : "")}";
        if (app.Answers.StartsWith("none", StringComparison.Ordinal))
        {
            yield return "Runs that ask models are refused (503). Set OPENAI_API_KEY or AZURE_OPENAI_ENDPOINT; for made-up answers start with --model simulated.";
        }
    }

    /// <summary>Of a run: what answers for which of the steps that it executes. Empty when it asks no model.</summary>
    public static IEnumerable<string> Of(LocalApp app, PreparedRun run)
    {
        var factory = app.Services.GetRequiredService<IChatClientFactory>();
        var asked = run.StepsToExecute()
            .Select(step => (step.Id, Answers: Answers(step, run, factory), step.Models))
            .Where(step => step.Answers is not null)
            .ToList();
        if (asked.Count == 0)
        {
            yield break;
        }

        if (run.Mocks is null && asked.TrueForAll(step => step.Answers == Simulation))
        {
            var byName = asked.TrueForAll(step => step.Models.All(SimulatedModelOptions.IsSimulated));
            yield return $"Models: {(byName ? $"{SimulatedModelOptions.ModelName}, as asked" : app.Answers)}. {MadeUp}";
            yield break;
        }

        var groups = asked.GroupBy(step => step.Answers, StringComparer.Ordinal).Select(group => $"{group.Key} for {NameList.Of([.. group.Select(step => step.Id)])}");
        yield return $"Models: {string.Join("; ", groups)}.";
    }

    private const string Simulation = "the simulated model";

    /// <summary>Null: the step asks no model.</summary>
    private static string? Answers(PreparedStep step, PreparedRun run, IChatClientFactory factory)
    {
        var needsOne = MockScript.NeedsOne(step.Type, step.Tool);
        if (run.Mocks is { } mocks)
        {
            return mocks.Entry(step.Id, 0, any: needsOne) is not null ? "mocks" : needsOne ? Simulation : null;
        }

        return step.Models.Count == 0 ? null
            : step.Models.All(factory.IsSimulated) ? Simulation
            : string.Join(", then ", step.Models.Select(model => Named(model, factory)));
    }

    private static string Named(string model, IChatClientFactory factory) => factory.IsSimulated(model) ? Simulation
        : factory.Create(model).GetService<ChatClientMetadata>()?.ProviderUri is { } place ? $"{model} at {place}"
        : model;
}
