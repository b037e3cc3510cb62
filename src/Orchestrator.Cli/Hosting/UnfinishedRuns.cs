using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.State;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Hosting;

/// <summary>Decides which unfinished runs this process continues, at its start and when another process has ended. Thread-safe.</summary>
internal sealed class UnfinishedRuns(LocalAppSettings settings, IServiceProvider services)
{
    private readonly ConcurrentDictionary<string, string> _withoutModel = new(StringComparer.Ordinal);

    /// <summary>The runs that are not continued because no provider, or another kind of model, would answer, each with the reason.</summary>
    public IReadOnlyDictionary<string, string> WithoutModel => _withoutModel;

    /// <summary>The ids of the runs that orchestration instances belong to, each once and in ordinal order.</summary>
    public static IReadOnlyList<string> RunIds(IEnumerable<string> instanceIds) =>
        [.. instanceIds.Select(RunId).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Whether the app continues an orchestration instance that may be unfinished.</summary>
    public async Task<bool> ContinuesAsync(string instanceId, CancellationToken cancellationToken)
    {
        var runId = RunId(instanceId);
        if (settings.Storage.Kind != StorageKind.Files && settings.Runs.Contains(runId))
        {
            return true;
        }

        if (settings.Continues is not { } continues)
        {
            return false;
        }

        try
        {
            var runs = services.GetRequiredService<RunStore>();
            var record = await runs.FindAsync(runId, cancellationToken);
            if (!continues(record))
            {
                return false;
            }

            if (_withoutModel.ContainsKey(runId) && record is { HasEnded: false })
            {
                return false;
            }

            if (record is not { HasEnded: false } || await runs.FindPreparedAsync(record, record.Attempt, cancellationToken) is not { } run
                || FindMissingModel(run) is not { } problem)
            {
                return true;
            }

            // The run would fail at once. A start that asks for such a model is refused, too.
            _withoutModel[runId] = problem;
            return false;
        }
        catch (UnreadableRecordException)
        {
            // A record that cannot be read does not say whether the run has a foreground caller.
            return false;
        }
    }

    private static string RunId(string instanceId) => instanceId.Split('.')[0];

    /// <summary>Why a model that the run may ask has no provider; null when all have one.</summary>
    private string? FindMissingModel(PreparedRun run)
    {
        if (run.Mocks is not null)
        {
            return null;
        }

        var models = services.GetRequiredService<IChatClientFactory>();
        foreach (var model in run.StepsToExecute().SelectMany(step => step.Models).Distinct(StringComparer.Ordinal))
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

        return ModelChange.Find(run, models);
    }
}
