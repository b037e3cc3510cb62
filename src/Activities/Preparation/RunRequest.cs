using System.Text.Json.Nodes;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Workflows.Compilation;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation;

/// <summary>What one attempt of a run is to execute, before it is resolved and checked. Immutable.</summary>
public sealed record RunRequest
{
    /// <summary>The id of the run.</summary>
    public required string RunId { get; init; }

    /// <summary>The number of the attempt of the run, from 1. Default 1.</summary>
    public int RunAttempt { get; init; } = 1;

    /// <summary>The compiled definition.</summary>
    public required CompiledWorkflow Workflow { get; init; }

    /// <summary>The inputs by name. Default empty.</summary>
    public JsonObject Inputs { get; init; } = [];

    /// <summary>Options that override those of the definition. Default none.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>The id of a step whose text is streamed even if the definition does not request it; null for none.</summary>
    public string? StreamedStep { get; init; }

    /// <summary>The id of the only step to run; the outputs that it needs are among <see cref="Inputs"/>. Null: all steps.</summary>
    public string? Only { get; init; }

    /// <summary>The environment whose versions of prompts are used. Default <c>default</c>.</summary>
    public string Environment { get; init; } = "default";

    /// <summary>Scripted answers in place of models and tools; null: these are called.</summary>
    public MockScript? Mocks { get; init; }

    /// <summary>The sources of prompts; the first one that has a prompt counts.</summary>
    public required IReadOnlyCollection<IPromptSource> Prompts { get; init; }
}

/// <summary>A run cannot start, or go on, as requested. Nothing was written.</summary>
public sealed class RunRefusedException : Exception
{
    /// <param name="reasons">All reasons, at least one.</param>
    public RunRefusedException(IReadOnlyList<WorkflowError> reasons)
        : base(string.Join(" ", reasons.Select(reason => reason.Message)))
    {
        Reasons = reasons;
    }

    /// <summary>All reasons, at least one.</summary>
    public IReadOnlyList<WorkflowError> Reasons { get; }

    /// <summary>Refuses the request if there are problems.</summary>
    /// <exception cref="RunRefusedException">There is at least one problem.</exception>
    internal static void ThrowIfAny(IReadOnlyList<WorkflowError> problems)
    {
        if (problems.Count > 0)
        {
            throw new RunRefusedException(problems);
        }
    }
}
