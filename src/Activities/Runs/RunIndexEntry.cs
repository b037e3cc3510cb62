using System.Text.Json.Serialization;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Runs;

/// <summary>What the index of runs says of one run, so that most filters need not read the run.</summary>
/// <param name="Status">How it ended; null while it has not, and then its record says where it stands.</param>
internal sealed record RunIndexEntry(string RunId, string Workflow, RunStatus? Status, IReadOnlyDictionary<string, string> Tags) : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <inheritdoc/>
    [JsonIgnore]
    public string? Flaw => RunId is null || Workflow is null || Tags is null ? "a member of it is missing" : null;

    public static RunIndexEntry Of(RunRecord run) => new(run.RunId, run.Workflow, run.HasEnded ? run.Status : null, run.Tags);
}
