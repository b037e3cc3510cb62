using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Planning;

/// <summary>A step with all its settings resolved. Immutable and thread-safe.</summary>
public sealed record PreparedStep
{
    /// <summary>The id of the step, unique within the run.</summary>
    public required string Id { get; init; }

    /// <summary>What the step does. Default <see cref="StepType.Prompt"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public StepType Type { get; init; }

    /// <summary>The name under which other steps find the output.</summary>
    public required string OutputKey { get; init; }

    /// <summary>How this output and others under the same key become one value; null: the last counts.</summary>
    public KeyMerge? KeyMerge { get; init; }

    /// <summary>Key into <see cref="PreparedRun.Prompts"/>; null for other types.</summary>
    public string? Prompt { get; init; }

    /// <summary>The models of a prompt step: the next is asked when one is unavailable. Empty for other types.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>
    /// Whether the model is the host's default, because neither the run, the step, the workflow nor the prompt names one. Null for other
    /// types.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? UsesDefaultModel { get; init; }

    /// <summary>The temperature of the model, 0 to 2; null: it is not sent, and the provider's default applies.</summary>
    public double? Temperature { get; init; }

    /// <summary>How much the model thinks, as the author says; null when they do not.</summary>
    public ReasoningEffort? Reasoning { get; init; }

    /// <summary>Maximum number of tokens of the answer, from 1; null: it is not sent.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>How many attempts earlier attempts of the run made of it with the same mocks: where in its script it goes on.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MockedBefore { get; init; }

    /// <summary>The name of the tool; null for other types.</summary>
    public string? Tool { get; init; }

    /// <summary>What the tool is given, with placeholders in its texts; null: the mapped inputs.</summary>
    public JsonObject? Input { get; init; }

    /// <summary>Members of <see cref="Input"/> whose texts have no placeholders of ours.</summary>
    public IReadOnlyList<string> LiteralMembers { get; init; } = [];

    /// <summary>What is put together; null for other types.</summary>
    public MergeDefinition? Merge { get; init; }

    /// <summary>Milliseconds for one attempt, from the start of work.</summary>
    public required int TimeoutMs { get; init; }

    /// <summary>Whether pieces of the text go to the event feed while it is written.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Stream { get; init; }

    /// <summary>Whether an answer to the very same request, of whichever run, is used again.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Cache { get; init; }

    /// <summary>The condition under which it works; null: always.</summary>
    public string? When { get; init; }

    /// <summary>Its turns; null for one.</summary>
    public RepeatDefinition? Repeat { get; init; }

    /// <summary>The value that is its output when it fails and its rule says so; null when it has none.</summary>
    public FallbackDefinition? Fallback { get; init; }

    /// <summary>The name of the output transform; null for none.</summary>
    public string? Transform { get; init; }

    /// <summary>What the prompt says for inputs of its own that have no value from elsewhere: their defaults, or null. Null for none.</summary>
    public JsonObject? Defaults { get; init; }

    /// <summary>Names and where their values come from, in document order; null: all that is in reach.</summary>
    public IReadOnlyList<KeyValuePair<string, MappedValue>>? Mapping { get; init; }
}
