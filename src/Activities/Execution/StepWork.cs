using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Execution;

/// <summary>The result of the work on one attempt, success or not.</summary>
internal sealed record StepWork
{
    public JsonObject? Inputs { get; init; }

    /// <summary>The step's condition is false.</summary>
    public bool Skipped { get; init; }

    /// <summary>The output is that of another step.</summary>
    public bool FallbackUsed { get; init; }

    public JsonNode? Output { get; init; }

    public JsonNode? Transformed { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public TokenUsage Usage { get; init; }

    /// <summary>The model that was asked last; null when none was.</summary>
    public string? Model { get; init; }

    /// <summary>The simulation answered in the model's place.</summary>
    public bool Simulated { get; init; }

    /// <summary>The output was kept from an earlier request.</summary>
    public bool FromCache { get; init; }

    /// <summary>The failure; null when it succeeded.</summary>
    public WorkflowError? Error { get; init; }
}
