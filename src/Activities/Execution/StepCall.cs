using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Execution;

/// <summary>One attempt of a step while it is worked on: what it is about, and what is known of it should it fail. For one attempt; not thread-safe.</summary>
internal sealed class StepCall(PreparedRun run, ExecuteStepInput input, StepValues values, Action<string>? onText)
{
    public PreparedRun Run => run;

    public ExecuteStepInput Input => input;

    public PreparedStep Step => run.Steps[input.Step];

    /// <summary>What its mock answers; null without one.</summary>
    public MockResponse? Mock =>
        run.Mocks?.Entry(Step.Id, Step.MockedBefore + input.Attempt - 1, MockScript.NeedsMock(Step.Type, Step.Tool));

    public StepValues Values => values;

    /// <summary>How many requests of the attempt may have been paid for by executions that left no record.</summary>
    public int Lost { get; init; }

    /// <summary>Gets the answer piece by piece; null: no receiver.</summary>
    public Action<string>? OnText => onText;

    /// <summary>The values that went in, by name; null when it did not come so far.</summary>
    public JsonObject? Inputs { get; set; }

    /// <summary>What was used, failed and aborted requests included.</summary>
    public TokenUsage Usage { get; set; }

    /// <summary>The model that was asked last; null when none was.</summary>
    public string? Model { get; set; }

    /// <summary>The simulation answers in the model's place.</summary>
    public bool Simulated { get; set; }

    /// <summary>The output was kept from an earlier request.</summary>
    public bool FromCache { get; set; }

    public List<string> Warnings { get; } = [];
}
