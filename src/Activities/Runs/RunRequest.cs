using System.Text.Json.Nodes;
using Orchestrator.Activities.Mocks;
using Orchestrator.Activities.Prompts;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Graphs;

namespace Orchestrator.Activities.Runs;

/// <summary>What somebody asks to be run.</summary>
public sealed record RunRequest
{
    public required string RunId { get; init; }

    public required CompiledWorkflow Workflow { get; init; }

    public JsonObject Inputs { get; init; } = [];

    /// <summary>The model for every step; null: each step's own choice.</summary>
    public string? Model { get; init; }

    /// <summary>Steps that may execute at one time; null: the definition's.</summary>
    public int? MaxParallelism { get; init; }

    /// <summary>What the run may spend; null: the definition's.</summary>
    public BudgetDefinition? Budget { get; init; }

    /// <summary>Milliseconds for the whole run; null: the definition's.</summary>
    public int? MaxDuration { get; init; }

    /// <summary>What the failure of a step does to the run; null: the definition's.</summary>
    public FailurePolicy? OnStepFailure { get; init; }

    /// <summary>Whether the texts of all steps are shown while they are written; null: the definition's.</summary>
    public bool? Stream { get; init; }

    /// <summary>A step whose text is wanted while it is written, whatever the definition says; null for none.</summary>
    public string? StreamedStep { get; init; }

    /// <summary>The id of the one step to run, with the outputs that it needs among <see cref="Inputs"/>; null: all steps.</summary>
    public string? Only { get; init; }

    public string Environment { get; init; } = "default";

    /// <summary>Answers that stand in for models; null in earnest.</summary>
    public MockScript? Mocks { get; init; }

    /// <summary>Where prompts are looked for, in this order.</summary>
    public required IReadOnlyCollection<IPromptSource> Prompts { get; init; }
}
