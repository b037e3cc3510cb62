using System.Text.Json.Nodes;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Functions.Application;

/// <summary>A request to start a run, as the caller wrote it.</summary>
public sealed record StartRequest
{
    /// <summary>The text of the definition.</summary>
    public required ReadOnlyMemory<byte> Definition { get; init; }

    public JsonObject Inputs { get; init; } = [];

    /// <summary>The id to use; null for a new one.</summary>
    public string? RunId { get; init; }

    /// <summary>The workflow's name where the definition has no slug; null for <c>workflow</c>.</summary>
    public string? FallbackSlug { get; init; }

    /// <summary>The app where the definition names none; null for none.</summary>
    public string? FallbackApp { get; init; }

    public RunOptions Options { get; init; } = new();

    /// <summary>A step whose text is wanted while it is written, whatever the definition says; null for none.</summary>
    public string? StreamedStep { get; init; }

    /// <summary>The id of the one step to run, with the outputs that it needs among <see cref="Inputs"/>; null: all steps.</summary>
    public string? Only { get; init; }

    public string Environment { get; init; } = "default";

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Names this request, so that it may be sent again (<see cref="StartKeys"/>); null: an id that is taken is refused.</summary>
    public string? StartKey { get; init; }

    public MockScript? Mocks { get; init; }

    /// <summary>The foreground caller; null: the run is for any serving process.</summary>
    public ForegroundCaller? Foreground { get; init; }

    /// <summary>The reason, for the record; null when not given.</summary>
    public string? Reason { get; init; }

    /// <summary>The definition's file, whose folder has prompts that go before the host's own; null for none.</summary>
    public string? File { get; init; }
}
