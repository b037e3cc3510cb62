using System.Text.Json.Nodes;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Functions.Application;

/// <summary>A request to start a run, before it is checked. Immutable.</summary>
public sealed record StartRequest
{
    /// <summary>The text of the definition.</summary>
    public required ReadOnlyMemory<byte> Definition { get; init; }

    /// <summary>The inputs by name. Default empty.</summary>
    public JsonObject Inputs { get; init; } = [];

    /// <summary>The id of the run; null: a new one is created.</summary>
    public string? RunId { get; init; }

    /// <summary>The workflow's name where the definition has no slug; null for <c>workflow</c>.</summary>
    public string? FallbackSlug { get; init; }

    /// <summary>The app where the definition names none; null for none.</summary>
    public string? FallbackApp { get; init; }

    /// <summary>Options that override those of the definition. Default none.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>A step whose text is streamed even if the definition does not request it; null for none.</summary>
    public string? StreamedStep { get; init; }

    /// <summary>The id of the only step to run; the outputs that it needs are among <see cref="Inputs"/>. Null: all steps.</summary>
    public string? Only { get; init; }

    /// <summary>The environment whose versions of prompts are used. Default <c>default</c>.</summary>
    public string Environment { get; init; } = "default";

    /// <summary>Tags by name. Default empty.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Identifies this request, so that it may be repeated (<see cref="StartKeys"/>); null: an id that is taken is refused.</summary>
    public string? StartKey { get; init; }

    /// <summary>Scripted answers in place of models; null: models are called.</summary>
    public MockScript? Mocks { get; init; }

    /// <summary>The foreground caller; null: any serving process drives the run.</summary>
    public ForegroundCaller? Foreground { get; init; }

    /// <summary>The reason to record; null for none.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// The definition's file, whose folder has prompts that take precedence over the host's own; null when the definition was not read from one.
    /// </summary>
    public string? File { get; init; }
}
