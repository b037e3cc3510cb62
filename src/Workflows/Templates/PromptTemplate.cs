namespace Orchestrator.Workflows.Templates;

/// <summary>
/// A prompt with <c>{{placeholders}}</c>: names and paths, <c>{{#if}}</c>, <c>{{#unless}}</c>, <c>{{#each}}</c>, <c>{{else}}</c>, <c>{{else if}}</c>,
/// <c>{{this}}</c>, <c>{{../name}}</c>, <c>{{@root.name}}</c>, <c>{{@index}} {{@key}} {{@first}} {{@last}}</c>, <c>{{! comments }}</c>, <c>{{~</c> and <c>\{{</c>.
/// Nothing is escaped, there are no partials and no helpers, and values are never expanded again. Immutable and thread-safe: parse once, render often.
/// </summary>
/// <remarks>
/// Text is placed as it is, null as nothing, other values as compact JSON. False are: null, false, 0, "", [] and {}. Every rendering ends: a
/// rendering takes at most what <see cref="TemplateLimits"/> says.
/// </remarks>
public sealed class PromptTemplate
{
    private readonly TemplateProgram _program;

    private PromptTemplate(string text, TemplateProgram program)
    {
        Text = text;
        _program = program;
        Paths = [.. program.References.Select(reference => reference.Path).Distinct()];
    }

    /// <summary>The template as it was written.</summary>
    public string Text { get; }

    /// <summary>Whether anything in it is replaced; comments and escaped braces do not count.</summary>
    public bool HasPlaceholders => _program.HasPlaceholders;

    /// <summary>
    /// The distinct paths that it takes from the lookup, in order of appearance and in the spelling of expressions: <c>inputs.question</c>,
    /// <c>steps["fetch-users"].output</c>. What is relative to the items of a block is not among them; the block's own path is.
    /// </summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>The path of a template that is one placeholder and nothing else, so that a value can take its place as it is; null for others.</summary>
    public string? OnlyPath => _program.IsOnePlaceholder && Paths is [var path] ? path : null;

    /// <summary>Every place that names something from outside, in order of appearance.</summary>
    public IReadOnlyList<TemplateReference> References => _program.References;

    /// <summary>Reads a template.</summary>
    /// <exception cref="TemplateException">It is wrong; the message is one sentence with line and column.</exception>
    public static PromptTemplate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new PromptTemplate(text, TemplateParser.Parse(text));
    }

    /// <summary>The text with every placeholder replaced.</summary>
    /// <param name="lookup">Resolves a root name, such as <c>inputs</c>; asked once for each name that rendering comes to. What it throws comes out unchanged.</param>
    /// <param name="budget">What is left to this and other templates together; null: one of its own, which no token ends.</param>
    /// <exception cref="TemplateException">A name or member does not exist, a value cannot be used like that, or the budget is spent.</exception>
    /// <exception cref="OperationCanceledException">The budget's token fired.</exception>
    public string Render(Func<string, TemplateValue> lookup, TemplateBudget? budget = null)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        return new TemplateRendering(lookup, budget ?? new TemplateBudget()).Render(_program.Nodes);
    }
}
