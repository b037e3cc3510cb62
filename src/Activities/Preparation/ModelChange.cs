using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

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
        return run.Simulates is not { } simulates || Named(run, StepsToExecute(run, finalOnly)).All(model => models.IsSubstituted(model) == simulates)
            ? null
            : Describe(simulates, FindMissing(run, models, finalOnly) is not null);
    }

    /// <summary>
    /// Why the steps cannot be executed with the same kind of model: a model that they may ask has no provider, or <see cref="Find(PreparedRun,
    /// IChatClientFactory, bool)"/>. As sentences that say what to set; null when there is no reason.
    /// </summary>
    /// <param name="finalOnly">Whether only the final steps are executed, since the run is cancelled.</param>
    public static string? FindObstacle(PreparedRun run, IChatClientFactory models, bool finalOnly = false)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(models);
        return FindMissing(run, models, finalOnly) is not { } missing ? Find(run, models, finalOnly)
            : run.Simulates is { } simulates ? Describe(simulates, isMissing: true)
            : missing;
    }

    /// <summary>The same where the simulated model answers for every model, or for none.</summary>
    public static string? Find(PreparedRun run, bool isSimulated, bool finalOnly = false)
    {
        ArgumentNullException.ThrowIfNull(run);
        return run.Simulates is { } simulates && simulates != isSimulated && Named(run, StepsToExecute(run, finalOnly)).Any()
            ? Describe(simulates, isMissing: false)
            : null;
    }

    /// <summary>Why a model that the steps may ask has no provider; null when all have one.</summary>
    private static string? FindMissing(PreparedRun run, IChatClientFactory models, bool finalOnly)
    {
        foreach (var model in Named(run, StepsToExecute(run, finalOnly)).Distinct(StringComparer.Ordinal))
        {
            try
            {
                _ = models.Create(model);
            }
            catch (ModelException exception) when (exception.Error.Kind == ErrorKind.Unavailable)
            {
                return exception.Error.Message;
            }
        }

        return null;
    }

    /// <summary>The models of the steps that are not simulated by name; none with mocks.</summary>
    internal static IEnumerable<string> Named(PreparedRun run, IEnumerable<PreparedStep> steps) => run.Mocks is not null
        ? []
        : steps.SelectMany(step => step.Models).Where(model => !string.IsNullOrWhiteSpace(model) && !SimulatedModelOptions.IsSimulated(model));

    private static IEnumerable<PreparedStep> StepsToExecute(PreparedRun run, bool finalOnly) =>
        run.StepsToExecute().Where(step => !finalOnly || run.Plan.Steps[run.PositionOf(step.Id)!.Value].IsFinal);

    /// <param name="isMissing">Whether nothing would answer.</param>
    private static string Describe(bool simulates, bool isMissing)
    {
        var remedy = simulates
            ? $"Set {ModelServices.SimulationSetting.Replace(":", "__", StringComparison.Ordinal)}={SimulatedModelOptions.ModelName}."
            : "Set OPENAI_API_KEY or AZURE_OPENAI_ENDPOINT, without a simulated model.";
        var change = (simulates, isMissing) switch
        {
            (true, true) => "No provider is configured, and the simulated model answered when it was started.",
            (false, true) => "No provider is configured, and one answered when it was started.",
            (true, false) => "The simulated model answered when it was started, and a provider, which is paid, would answer now.",
            (false, false) => "A provider answered when it was started, and the simulated model would make texts up now.",
        };
        return $"{change} {remedy}";
    }
}
