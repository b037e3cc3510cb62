using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// One attempt of a step while it is worked on: its inputs, and what has been collected of its result, which counts also when it fails. For one
/// attempt; not thread-safe.
/// </summary>
internal sealed class AttemptContext(PreparedRun run, ExecuteStepInput input, StepValues values, Action<string>? onText)
{
    public PreparedRun Run => run;

    public ExecuteStepInput Input => input;

    public PreparedStep Step => run.Steps[input.Step];

    /// <summary>The answer of its mock; null without one.</summary>
    public MockResponse? Mock => run.Mocks?.Entry(Step.Id, Step.MockedBefore + input.Attempt - 1, MockScript.NeedsMock(Step.Type, Step.Tool));

    public StepValues Values => values;

    /// <summary>How many requests of the attempt may have been paid for by executions without a checkpoint.</summary>
    public int Lost { get; init; }

    /// <summary>Receives the answer piece by piece; null: no receiver.</summary>
    public Action<string>? OnText => onText;

    /// <summary>The input values by name; null before they are resolved.</summary>
    public JsonObject? Inputs { get; set; }

    /// <summary>The usage of all requests, including failed and aborted ones.</summary>
    public TokenUsage Usage { get; set; }

    /// <summary>The model that was called last; null when none was.</summary>
    public string? Model { get; set; }

    /// <summary>Whether the simulated model answers instead of the model.</summary>
    public bool Simulated { get; set; }

    /// <summary>Whether the output came from the cache of answers.</summary>
    public bool FromCache { get; set; }

    public List<string> Warnings { get; } = [];
}
