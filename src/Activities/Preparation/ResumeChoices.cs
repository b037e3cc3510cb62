using System.Text.Json.Nodes;

namespace Orchestrator.Activities.Preparation;

/// <summary>What is to be different in an attempt that resumes a run.</summary>
public sealed record ResumeChoices
{
    /// <summary>The id of the step to go on from, whatever became of it; null: from what has not completed.</summary>
    public string? From { get; init; }

    /// <summary>Inputs in place of those of the same name.</summary>
    public JsonObject Inputs { get; init; } = [];

    /// <summary>Outputs given by hand, by step id.</summary>
    public JsonObject Outputs { get; init; } = [];

    /// <summary>The id of a new run that begins where this one stands; null: the run itself goes on.</summary>
    public string? ForkAs { get; init; }
}
