using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Activities.Preparation;

/// <summary>
/// Finds that another kind of model would answer than when an attempt was prepared: a provider, which is paid, or the simulated model, whose texts
/// are made up. A user who resumes a run decides that; what goes on with a run without being asked to does not. Thread-safe.
/// </summary>
public static class ModelChange
{
    /// <summary>The change, and how to start with the same kind of model, as sentences; null when there is no change, or that is not known.</summary>
    /// <param name="finalOnly">Whether only the final steps are executed, since the run is cancelled.</param>
    public static string? Find(PreparedRun run, IChatClientFactory models, bool finalOnly = false)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(models);
        return run.Simulates is { } simulates && Named(run, StepsToExecute(run, finalOnly)).Any(model => models.IsSubstituted(model) != simulates)
            ? Describe(simulates)
            : null;
    }

    /// <summary>The same where the simulated model answers for every model, or for none.</summary>
    public static string? Find(PreparedRun run, bool isSimulated, bool finalOnly = false)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Simulates is { } simulates && simulates != isSimulated && Named(run, StepsToExecute(run, finalOnly)).Any()
            ? Describe(simulates)
            : null;
    }

    /// <summary>The models of the steps that are not simulated by name; none with mocks.</summary>
    internal static IEnumerable<string> Named(PreparedRun run, IEnumerable<PreparedStep> steps) => run.Mocks is not null
        ? []
        : steps.SelectMany(step => step.Models).Where(model => !string.IsNullOrWhiteSpace(model) && !SimulatedModelOptions.IsSimulated(model));

    private static IEnumerable<PreparedStep> StepsToExecute(PreparedRun run, bool finalOnly) =>
        run.StepsToExecute().Where(step => !finalOnly || run.Plan.Steps[run.PositionOf(step.Id)!.Value].IsFinal);

    private static string Describe(bool simulates) => simulates
        ? "The simulated model answered when it was started, and a provider, which is paid, would answer now. "
            + $"Set {ModelServices.SimulationSetting.Replace(":", "__", StringComparison.Ordinal)}={SimulatedModelOptions.ModelName}."
        : "A provider answered when it was started, and the simulated model would make texts up now. "
            + "Set OPENAI_API_KEY or AZURE_OPENAI_ENDPOINT, without a simulated model.";
}
