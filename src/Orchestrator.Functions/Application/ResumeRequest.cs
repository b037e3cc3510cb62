using Orchestrator.Activities.Preparation;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Functions.Application;

/// <summary>A request to resume a run. What it does not say stays as it was.</summary>
public sealed record ResumeRequest(string RunId)
{
    /// <summary>What is to be different; its <see cref="ResumeChoices.ForkAs"/> is made from <see cref="Fork"/>.</summary>
    public ResumeChoices Choices { get; init; } = new();

    /// <summary>Start a new run where this one stands, and leave this one as it is.</summary>
    public bool Fork { get; init; }

    /// <summary>The id of the new run; null for a new one.</summary>
    public string? ForkAs { get; init; }

    /// <summary>The text of another definition; null: the run's.</summary>
    public ReadOnlyMemory<byte>? Definition { get; init; }

    /// <summary>The file of the other definition; null when it is none.</summary>
    public string? File { get; init; }

    public RunOptions Options { get; init; } = new();

    /// <summary>Another environment; null: the run's.</summary>
    public string? Environment { get; init; }

    /// <summary>Scripted answers that start afresh; null: those that the run had.</summary>
    public MockScript? Mocks { get; init; }

    /// <summary>A step whose text is wanted while it is written; null for none.</summary>
    public string? StreamedStep { get; init; }

    /// <summary>The foreground caller; null: the run is for any serving process.</summary>
    public ForegroundCaller? Foreground { get; init; }

    /// <summary>The reason, for the record; null when not given.</summary>
    public string? Reason { get; init; }

    /// <summary>Who asks, for the record; null when not given.</summary>
    public string? By { get; init; }
}
