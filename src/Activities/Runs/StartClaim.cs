using System.Text.Json.Serialization;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Runs;

/// <summary>What a client's key stands for.</summary>
/// <param name="Request">The hash of the request that first came with it.</param>
/// <param name="RunId">The run that the request starts.</param>
public sealed record StartClaim(string Request, string RunId, DateTimeOffset CreatedAt) : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <summary>The run was recorded: when it is not there any more, it was deleted. Before that a crash may have come first, and the request starts it.</summary>
    public bool Begun { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public string? Flaw => Request is null || RunId is null ? "a member of it is missing" : null;
}
