using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Functions.Application;

/// <summary>A request to resume a run, before it is checked. What it does not name stays as it was. Immutable.</summary>
public sealed record ResumeRequest(string RunId)
{
    /// <summary>The id of the step to execute again, with all that depends on it; null: what has not completed.</summary>
    public string? From { get; init; }

    /// <summary>Inputs that replace those of the same name. Default empty.</summary>
    public JsonObject Inputs { get; init; } = [];

    /// <summary>Outputs in place of those of steps, by step id. Default empty.</summary>
    public JsonObject Outputs { get; init; } = [];

    /// <summary>Whether to start a new run from what this one has completed, and leave this one as it is.</summary>
    public bool Fork { get; init; }

    /// <summary>The id of the new run of a fork; null: a new one is created.</summary>
    public string? ForkAs { get; init; }

    /// <summary>The text of another definition; null: the run's.</summary>
    public ReadOnlyMemory<byte>? Definition { get; init; }

    /// <summary>The file of <see cref="Definition"/>; null when it was not read from one.</summary>
    public string? File { get; init; }

    /// <summary>Options that override those of the run. Default none.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>Another environment; null: the run's.</summary>
    public string? Environment { get; init; }

    /// <summary>Scripted answers, used from the first one; null: those of the run.</summary>
    public MockScript? Mocks { get; init; }

    /// <summary>A step whose text is streamed even if the definition does not request it; null for none.</summary>
    public string? StreamedStep { get; init; }

    /// <summary>The foreground caller; null: any serving process drives the run.</summary>
    public ForegroundCaller? Foreground { get; init; }

    /// <summary>The reason to record; null for none.</summary>
    public string? Reason { get; init; }

    /// <summary>The user to record; null for none.</summary>
    public string? By { get; init; }
}
