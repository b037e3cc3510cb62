using System.Text.Json.Nodes;

namespace Orchestrator.Activities.Tools;

/// <summary>One invocation of a tool.</summary>
public sealed record ToolCall
{
    /// <summary>The input with every placeholder filled in, checked against the tool's schema. May hold values of secrets.</summary>
    public required JsonObject Input { get; init; }

    public required string RunId { get; init; }

    public required string StepId { get; init; }

    /// <summary>The attempt of the step, from 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>The same for every repeat of one logical call: retries, and executions after a crash. Pass it on to services that drop repeats.</summary>
    public required string IdempotencyKey { get; init; }
}
