using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Planning;

/// <summary>The templates of a step, whatever its type. Immutable and thread-safe.</summary>
public sealed class StepTemplates
{
    private StepTemplates(PreparedPrompt? prompt, ValueTemplate? input, PromptTemplate? merge)
    {
        (Prompt, Input, Merge) = (prompt, input, merge);
        Paths = prompt is { System: null } && input is null && merge is null
            ? prompt.Template.Paths
            : ValuePath.Distinct(
                [.. prompt?.Template.Paths ?? [], .. prompt?.SystemTemplate?.Paths ?? [], .. input?.Paths ?? [], .. merge?.Paths ?? []]);
    }

    /// <summary>The prompt; null for other types.</summary>
    public PreparedPrompt? Prompt { get; }

    /// <summary>The input of a tool; null for other types, and when the mapped inputs are the input.</summary>
    public ValueTemplate? Input { get; }

    /// <summary>The text of a merge; null for other types and for merges without a text.</summary>
    public PromptTemplate? Merge { get; }

    /// <summary>The distinct paths that they take values from, in order of appearance.</summary>
    public IReadOnlyList<ValuePath> Paths { get; }

    /// <summary>The names of the secrets that they take.</summary>
    public IEnumerable<string> SecretNames => Paths
        .Select(path => path.Segments.SkipWhile(segment => segment == "context").ToList())
        .Where(segments => segments is ["secrets", _, ..])
        .Select(segments => segments[1])
        .Distinct(StringComparer.Ordinal);

    /// <summary>The templates of a step, parsed.</summary>
    /// <exception cref="TemplateException">One of the texts is not a template.</exception>
    public static StepTemplates Of(PreparedRun run, PreparedStep step) => new(
        step.Prompt is null ? null : run.Prompts[step.Prompt],
        step.Input is null ? null : new ValueTemplate(step.Input, step.LiteralMembers),
        step.Merge?.Template is { } text ? PromptTemplate.Parse(text) : null);

    /// <summary>The names that have a meaning in this step beside those that have one everywhere.</summary>
    public static ExtraNames Extra(PreparedStep step) =>
        (step.Repeat is null ? ExtraNames.None : ExtraNames.Previous) | (step.Type == StepType.Tool ? ExtraNames.Secrets : ExtraNames.None);

    /// <summary>The names that the step gives to values itself: by its mapping, in what it merges, or by its prompt's defaults.</summary>
    public static IEnumerable<string> OwnNames(PreparedStep step) =>
        (step.Mapping ?? []).Select(entry => entry.Key)
            .Concat((step.Merge?.From ?? []).Select(entry => entry.Key))
            .Concat(step.Defaults?.Select(entry => entry.Key) ?? []);

    /// <summary>The paths that its mapping, or what it merges, takes.</summary>
    public static IEnumerable<ValuePath> MappedPaths(PreparedStep step) =>
        (step.Merge?.From ?? []).Select(entry => MappedValue.Path(entry.Value))
            .Concat((step.Mapping ?? []).Select(entry => entry.Value))
            .SelectMany(PathsOf);

    /// <summary>
    /// All paths that a step takes values from: in its templates, its mapping or merge, its condition, and the condition that ends its turns.
    /// </summary>
    public static IEnumerable<ValuePath> AllPaths(PreparedRun run, PreparedStep step)
    {
        var own = OwnNames(step).ToHashSet(StringComparer.Ordinal);
        return Of(run, step).Paths.Where(path => !own.Contains(path.Root))
            .Concat(MappedPaths(step)).Concat(PathsOf(step.When)).Concat(PathsOf(step.Repeat?.Until));
    }

    private static IEnumerable<ValuePath> PathsOf(string? expression) =>
        expression is not null && Expression.TryParse(expression, out var parsed, out _) ? parsed.Paths : [];

    private static IEnumerable<ValuePath> PathsOf(MappedValue value) => value.Kind switch
    {
        MappedValueKind.Path when ValuePath.TryParse(value.Text!, out var path, out _) => [path],
        MappedValueKind.Expression when Expression.TryParse(value.Text!, out var expression, out _) => expression.Paths,
        _ => [],
    };
}
