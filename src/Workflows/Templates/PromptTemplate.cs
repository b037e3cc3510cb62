using System.Text;
using System.Text.Json;
using HandlebarsDotNet;

namespace Orchestrator.Workflows.Templates;

/// <summary>
/// A prompt with <c>{{placeholders}}</c>: names and paths, <c>{{#if}}</c>, <c>{{#unless}}</c>, <c>{{#each}}</c>, <c>{{else}}</c>, <c>{{else if}}</c>,
/// <c>{{this}}</c>, <c>{{../name}}</c>, <c>{{@root.name}}</c>, <c>{{@index}} {{@key}} {{@first}} {{@last}}</c>, <c>{{! comments }}</c>, <c>{{~</c> and <c>\{{</c>.
/// Nothing is escaped, there are no partials and no helpers, and values are never expanded again. Immutable and thread-safe: parse once, render often.
/// </summary>
/// <remarks>Text is placed as it is, null as nothing, other values as compact JSON. False are: null, false, 0, "", [] and {}.</remarks>
public sealed class PromptTemplate
{
    private readonly TemplateProgram _program;
    private readonly Lazy<HandlebarsTemplate<object, object>> _render;

    private PromptTemplate(string text, TemplateProgram program)
    {
        Text = text;
        _program = program;
        _render = new(Compile);
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
    public string? OnlyPath => _program.Pieces is [{ Text: null }] && Paths is [var path] ? path : null;

    /// <summary>Every place that names something from outside, in order of appearance.</summary>
    public IReadOnlyList<TemplateReference> References => _program.References;

    /// <summary>Reads a template. It is compiled when it is first rendered, so that checking many costs little.</summary>
    /// <exception cref="TemplateException">It is wrong; the message is one sentence with line and column.</exception>
    public static PromptTemplate Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new PromptTemplate(text, TemplateParser.Parse(text));
    }

    /// <summary>The text with every placeholder replaced.</summary>
    /// <param name="lookup">Resolves a root name, such as <c>inputs</c>; asked once for each name that rendering comes to. What it throws comes out unchanged.</param>
    /// <exception cref="TemplateException">A name or member does not exist, or a value cannot be used like that.</exception>
    public string Render(Func<string, TemplateValue> lookup)
    {
        ArgumentNullException.ThrowIfNull(lookup);
        return _program.Pieces is { } pieces ? Fill(pieces, new TemplateNames(lookup)) : RenderCompiled(lookup);
    }

    /// <summary>The same through Handlebars, which compiles the template to code: some 3 ms of processor time for each.</summary>
    internal string RenderCompiled(Func<string, TemplateValue> lookup) => _render.Value(new TemplateNames(lookup), null!);

    private static string Fill(IReadOnlyList<TemplatePiece> pieces, TemplateNames names)
    {
        var text = new StringBuilder();
        foreach (var piece in pieces)
        {
            text.Append(piece.Text ?? piece.Path.Aggregate((object)names, TemplateMembers.Follow) switch
            {
                JsonElement element => TemplateFormatter.Text(element),
                var value => (string)value,
            });
        }

        return text.ToString();
    }

    // An environment of its own: a shared one would keep a little of every template it ever compiled.
    private HandlebarsTemplate<object, object> Compile()
    {
        var configuration = new HandlebarsConfiguration { NoEscape = true, ThrowOnUnresolvedBindingExpression = true };
        configuration.ObjectDescriptorProviders.Add(new TemplateMembers(_program));
        configuration.FormatterProviders.Add(TemplateFormatter.Instance);
        return Handlebars.Create(configuration).Compile(_program.Handlebars);
    }
}
