using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Execution;

/// <summary>An output that is used again.</summary>
/// <param name="At">When it was kept; what is kept for longer than runs are is pruned.</param>
public sealed record KeptAnswer(JsonNode? Output, DateTimeOffset At) : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;
}
