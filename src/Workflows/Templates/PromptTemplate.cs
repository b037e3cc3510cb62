using System.Text.Json.Nodes;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Templates;

/// <summary>
/// A prompt with <c>{{placeholders}}</c>: names and paths, <c>{{#if}}</c>, <c>{{#unless}}</c>, <c>{{#each}}</c>, <c>{{else}}</c>, <c>{{else if}}</c>,
/// <c>{{this}}</c>, <c>{{../name}}</c>, <c>{{@root.name}}</c>, <c>{{@index}} {{@key}} {{@first}} {{@last}}</c>, <c>{{! comments }}</c>, <c>{{~</c>
/// and <c>\{{</c>. Nothing is escaped, there are no partials and no helpers, and placeholders in values are not replaced. Immutable and thread-safe:
/// parse once, render often.
/// </summary>
/// <remarks>
/// A text is inserted unchanged, null as an empty text, any other value as compact JSON. Conditions are false for null, false, 0, "", [] and {}.
/// <see cref="TemplateLimits"/> bounds the time and the size of every rendering.
/// </remarks>
public sealed class PromptTemplate
{
    private readonly TemplateProgram _program;

    private PromptTemplate(string text, TemplateProgram program)
    {
        Text = text;
        _program = program;
        Paths = ValuePath.Distinct([.. program.References.Select(reference => reference.Path)]);
    }

    /// <summary>The source text of the template.</summary>
    public string Text { get; }

    /// <summary>Whether it has placeholders or blocks; comments and escaped braces do not count.</summary>
    public bool HasPlaceholders => _program.HasPlaceholders;

    /// <summary>
    /// The distinct paths that it reads from the lookup, in order of appearance: <c>inputs.question</c>, <c>steps["fetch-users"].output</c>. Paths
    /// relative to the items of a block are not included; the block's own path is.
    /// </summary>
    public IReadOnlyList<ValuePath> Paths { get; }

    /// <summary>
    /// The path of a template that is a single placeholder without other text, which a value of any type can replace; null for other templates.
    /// </summary>
    public ValuePath? OnlyPath => _program.IsOnePlaceholder && Paths is [var path] ? path : null;

    /// <summary>Every place that reads from the lookup, in order of appearance.</summary>
    public IReadOnlyList<TemplateReference> References => _program.References;

    /// <summary>Parses a template.</summary>
    /// <exception cref="TemplateException">It is invalid; the message is one sentence with line and column.</exception>
    public static PromptTemplate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new PromptTemplate(text, TemplateParser.Parse(text));
    }

    /// <summary>The text with every placeholder replaced.</summary>
    /// <param name="lookup">Resolves a root name, such as <c>inputs</c>; called at most once for each name. Its exceptions are not caught.</param>
    /// <param name="budget">The limits that this and other templates share; null: limits of its own, without cancellation.</param>
    /// <exception cref="TemplateException">A name or member does not exist, a value has the wrong type, or a limit is exceeded.</exception>
    /// <exception cref="OperationCanceledException">The budget's token was cancelled.</exception>
    public string Render(Func<string, TemplateValue> lookup, TemplateBudget? budget = null)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        return new TemplateRendering(lookup, budget ?? new TemplateBudget()).Render(_program.Nodes);
    }
}

/// <summary>One place in a template that reads from the lookup. Immutable.</summary>
/// <param name="Path">The whole path: <c>a.b</c>, <c>a[0]</c>, <c>steps["fetch-users"].output</c>.</param>
/// <param name="Line">Line of the placeholder, from 1.</param>
/// <param name="Column">Column of the placeholder in characters, from 1.</param>
public sealed record TemplateReference(ValuePath Path, int Line, int Column)
{
    /// <summary>The name that is passed to the lookup.</summary>
    public string Root => Path.Root;

    /// <summary>The names along the path, the root first: <c>inputs</c>, <c>question</c>. At least one.</summary>
    public IReadOnlyList<string> Segments => Path.Segments;
}

/// <summary>The result of a lookup: a JSON value, possibly null, or nothing. The default is <see cref="Missing"/>. Immutable.</summary>
public readonly record struct TemplateValue
{
    private TemplateValue(JsonNode? value)
    {
        Exists = true;
        Value = value;
    }

    /// <summary>The name does not exist, and rendering fails.</summary>
    public static TemplateValue Missing => default;

    /// <summary>Whether the name exists.</summary>
    public bool Exists { get; }

    /// <summary>The value; null for JSON null, and when the name does not exist.</summary>
    public JsonNode? Value { get; }

    /// <summary>An object in which members are looked up that the value does not have; null for none.</summary>
    public JsonObject? Record { get; init; }

    /// <summary>Whether members are looked up in <see cref="Record"/> first, and then in the value.</summary>
    public bool IsRecordFirst { get; init; }

    /// <summary>The name exists and has the given value; null is rendered as an empty text.</summary>
    public static TemplateValue Of(JsonNode? value) => new(value);
}
