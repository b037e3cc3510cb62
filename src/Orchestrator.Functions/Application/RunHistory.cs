using Microsoft.DurableTask.Client;
using Orchestrator.Functions.Orchestrations;

namespace Orchestrator.Functions.Application;

/// <summary>
/// The orchestration of an attempt as it was read, or why its history is of no use: then the run is resumed in a new run only. Immutable.
/// </summary>
/// <param name="Instance">The orchestration, with its outputs; null when there is none, or its history is of no use.</param>
/// <param name="Problem">The end of a sentence, one of the texts of this type; null when there is none.</param>
public sealed record RunHistory(OrchestrationMetadata? Instance, string? Problem)
{
    /// <summary>There is no history of the attempt.</summary>
    public const string Gone = "is gone: it was purged, moved away or cut off";

    /// <summary>A record of the history is damaged.</summary>
    public const string Damaged = "is damaged";

    /// <summary>This version cannot read the history.</summary>
    public const string Newer = "was written by a newer version of orchestrator, which can go on with it";

    /// <summary>Reads the orchestration of an attempt.</summary>
    /// <exception cref="Exception">The engine cannot read it now, which says nothing about the history itself.</exception>
    public static async Task<RunHistory> ReadAsync(DurableTaskClient client, RunDrivers drivers, RunInput run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(drivers);
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            var instance = await client.GetInstanceAsync(run.InstanceId, getInputsAndOutputs: true, cancellationToken);
            return new RunHistory(instance, instance is null ? Gone : null);
        }
        catch (Exception exception) when (exception is not OperationCanceledException && drivers.FindHistoryProblem(exception) is { } problem)
        {
            return new RunHistory(null, problem);
        }
    }

    /// <summary>What the history is and what goes on with the run, as sentences. Names no place on the server.</summary>
    /// <param name="problem">One of the texts of this type.</param>
    public static string Explain(string runId, string problem) =>
        $"The history of run '{runId}' {problem}. What it had completed is kept: 'orchestrator resume {runId} --fork' goes on from it in a new run.";
}
