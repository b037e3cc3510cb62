using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Definitions;

/// <summary>One step of a workflow: the call of a prompt or a tool, or a merge of values. Immutable.</summary>
public sealed record StepDefinition
{
    /// <summary><c>[A-Za-z_][A-Za-z0-9_-]*</c>, at most 128 characters, unique within the workflow without regard to letter case.</summary>
    public required string Id { get; init; }

    /// <summary>What the step does. Default <see cref="StepType.Prompt"/>.</summary>
    public StepType Type { get; init; }

    /// <summary>An explanation for readers of the workflow; null when the author gave none.</summary>
    public string? Description { get; init; }

    /// <summary>Id or slug of a stored prompt, or <c>slug@version</c>; null when <see cref="Prompt"/> has the text, and for other types.</summary>
    public string? PromptId { get; init; }

    /// <summary>The text of the prompt; null when <see cref="PromptId"/> names one, and for other types.</summary>
    public string? Prompt { get; init; }

    /// <summary>The name of the tool, for <see cref="StepType.Tool"/>; null for other types.</summary>
    public string? Tool { get; init; }

    /// <summary>The arguments of the tool; their texts are templates. Null: the mapped inputs, and for other types.</summary>
    public JsonObject? Input { get; init; }

    /// <summary>The values to combine, for <see cref="StepType.Merge"/>; null for other types.</summary>
    public MergeDefinition? Merge { get; init; }

    /// <summary><c>[A-Za-z_][A-Za-z0-9_]*</c>: the name of the output for other steps. Null: the id, with each - replaced by _.</summary>
    public string? OutputKey { get; init; }

    /// <summary>
    /// How the outputs of several steps under this key become one value; null: the steps that write it must run one after the other, and the last one
    /// counts.
    /// </summary>
    public KeyMerge? KeyMerge { get; init; }

    /// <summary>Ids of the steps that this one waits for; empty: none, or they are inferred (<see cref="DependsOnAuto"/>).</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>Whether the dependencies are inferred from the values that the step names. Default false.</summary>
    public bool DependsOnAuto { get; init; }

    /// <summary>How the steps it depends on must end for it to start. Default <see cref="JoinKind.All"/>.</summary>
    public JoinKind Join { get; init; }

    /// <summary>The expression that must be true for the step to run, otherwise it is skipped; null: it always runs.</summary>
    public string? When { get; init; }

    /// <summary>The values that the prompt or the tool's input sees by name, in document order; null: all values of the steps before it.</summary>
    public IReadOnlyList<KeyValuePair<string, MappedValue>>? InputMapping { get; init; }

    /// <summary>Names of the shared resources that limit it; a prompt is limited by its model in any case. Empty for none.</summary>
    public IReadOnlyList<string> Uses { get; init; } = [];

    /// <summary>What it reads outside the workflow, such as <c>crm.customer</c>, for plans and the check of conflicts. Empty for none.</summary>
    public IReadOnlyList<string> Reads { get; init; } = [];

    /// <summary>What it changes outside the workflow, for plans and the check of conflicts. Empty for none.</summary>
    public IReadOnlyList<string> Writes { get; init; } = [];

    /// <summary>How it is repeated; null: it runs once.</summary>
    public RepeatDefinition? Repeat { get; init; }

    /// <summary>Its options; empty by default.</summary>
    public StepOptions Options { get; init; } = new();

    /// <summary>The name under which other steps find the output: <see cref="OutputKey"/>, or its default.</summary>
    public string EffectiveOutputKey => OutputKey ?? NameRules.DefaultOutputKey(Id);
}

/// <summary>What a step does.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<StepType>))]
public enum StepType
{
    /// <summary>Calls a model with a prompt.</summary>
    Prompt,

    /// <summary>Calls a tool.</summary>
    Tool,

    /// <summary>Combines values.</summary>
    Merge,
}

/// <summary>How the steps that a step depends on must end for it to start.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<JoinKind>))]
public enum JoinKind
{
    /// <summary>All succeed. The step is skipped as soon as one does not.</summary>
    All,

    /// <summary>One succeeds: the step starts with the outputs available by then. It is skipped when all have ended and none has succeeded.</summary>
    Any,

    /// <summary>All end, in whatever status.</summary>
    Settled,
}

/// <summary>The value of an output key that several steps write.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<KeyMerge>))]
public enum KeyMerge
{
    /// <summary>A list of the outputs in definition order; outputs that are lists are concatenated.</summary>
    Append,

    /// <summary>
    /// One object with the members of all outputs; an output that is no object is the member named like its step's id. Of equal names the last in
    /// definition order counts.
    /// </summary>
    Object,

    /// <summary>The output of the last step in definition order.</summary>
    Last,
}

/// <summary>
/// <c>repeat</c> of a step: it runs again until a condition is true, and each iteration sees the last output as <c>previous</c>. Immutable.
/// </summary>
/// <param name="Until">The expression that ends the iterations when it is true; it may name the step's own output.</param>
/// <param name="Max">Maximum number of iterations, 1 to <see cref="MaxIterations"/>.</param>
public sealed record RepeatDefinition(string Until, int Max)
{
    /// <summary>The largest allowed <see cref="Max"/>.</summary>
    public const int MaxIterations = 100;
}

/// <summary>The source of a named value: a path, an expression, or a literal. Immutable.</summary>
/// <param name="Kind">Which of the three it is.</param>
/// <param name="Text">The path or the expression; null for a literal.</param>
/// <param name="Value">The literal, possibly JSON null; null for the other kinds.</param>
public sealed record MappedValue(MappedValueKind Kind, string? Text, JsonNode? Value)
{
    /// <summary>The value at a path, such as <c>inputs.question</c>.</summary>
    public static MappedValue Path(string path) => new(MappedValueKind.Path, path, null);

    /// <summary>The value of an expression.</summary>
    public static MappedValue Expression(string text) => new(MappedValueKind.Expression, text, null);

    /// <summary>The value itself; null is JSON null.</summary>
    public static MappedValue Literal(JsonNode? value) => new(MappedValueKind.Literal, null, value);
}

/// <summary>The kinds of <see cref="MappedValue"/>.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MappedValueKind>))]
public enum MappedValueKind
{
    /// <summary>A path, such as <c>inputs.question</c>.</summary>
    Path,

    /// <summary>An expression, which definitions write as <c>{ "expr": … }</c>.</summary>
    Expression,

    /// <summary>A JSON value, which definitions write as <c>{ "value": … }</c>.</summary>
    Literal,
}

/// <summary>Which values a merge step combines, and how. Immutable.</summary>
/// <param name="Mode">How the values are combined.</param>
/// <param name="From">The names and paths of the values, in document order.</param>
public sealed record MergeDefinition(MergeStepMode Mode, IReadOnlyList<KeyValuePair<string, string>> From)
{
    /// <summary>Whether the author wrote a list of paths, from which the names are derived. Default false: an object of names and paths.</summary>
    public bool FromList { get; init; }

    /// <summary>The text with placeholders, for <see cref="MergeStepMode.Template"/>; null for other modes.</summary>
    public string? Template { get; init; }

    /// <summary>The text between two texts, for <see cref="MergeStepMode.Concat"/>; null: an empty line, and for other modes.</summary>
    public string? Separator { get; init; }
}

/// <summary>How a merge step combines its values.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MergeStepMode>))]
public enum MergeStepMode
{
    /// <summary>An object with each value under its name.</summary>
    Object,

    /// <summary>A list of the values.</summary>
    Array,

    /// <summary>The texts joined by the separator; lists are joined to one list.</summary>
    Concat,

    /// <summary>A text whose placeholders are replaced by the values.</summary>
    Template,
}
