using System.Text.Json.Nodes;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Workflows.Compilation;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Activities.Preparation;

/// <summary>What a caller asks to be run.</summary>
public sealed record RunRequest
{
    public required string RunId { get; init; }

    /// <summary>The number of the attempt of the run, from 1.</summary>
    public int RunAttempt { get; init; } = 1;

    public required CompiledWorkflow Workflow { get; init; }

    public JsonObject Inputs { get; init; } = [];

    public RunOptions Options { get; init; } = new();

    /// <summary>A step whose text is wanted while it is written, whatever the definition says; null for none.</summary>
    public string? StreamedStep { get; init; }

    /// <summary>The id of the one step to run, with the outputs that it needs among <see cref="Inputs"/>; null: all steps.</summary>
    public string? Only { get; init; }

    public string Environment { get; init; } = "default";

    /// <summary>Answers that stand in for models; null: models are called.</summary>
    public MockScript? Mocks { get; init; }

    /// <summary>Where prompts are looked for, in this order.</summary>
    public required IReadOnlyCollection<IPromptSource> Prompts { get; init; }
}
