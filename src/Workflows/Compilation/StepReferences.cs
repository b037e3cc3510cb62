using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Sources;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Finds the paths that a step names in its mapping, condition, templates, merge and repetition.</summary>
internal sealed class StepReferences
{
    private readonly List<StepReference> _found = [];
    private readonly List<(string Pointer, string Problem)> _problems = [];
    private readonly HashSet<string> _mapped;
    private readonly ExtraNames _extra;

    private StepReferences(StepDefinition step)
    {
        _mapped = [.. step.InputMapping?.Select(entry => entry.Key) ?? [], .. step.Merge?.From.Select(entry => entry.Key) ?? []];
        _extra = step.Repeat is null ? ExtraNames.None : ExtraNames.Previous;
    }

    public IReadOnlyList<StepReference> Found => _found;

    /// <summary>The templates that are not valid, with the reason.</summary>
    public IReadOnlyList<(string Pointer, string Problem)> Problems => _problems;

    /// <param name="literalMembers">Members of a tool's input that are not templates.</param>
    public static StepReferences Of(StepDefinition step, int position, IReadOnlyList<string> literalMembers)
    {
        var references = new StepReferences(step);
        var pointer = WorkflowCompiler.Pointer(position);
        foreach (var (name, value) in step.InputMapping ?? [])
        {
            references.Mapping(value, SourceNode.Below($"{pointer}/inputMapping", name));
        }

        references.Expression(step.When, $"{pointer}/when", ExtraNames.None);
        references.Template(step.Prompt, $"{pointer}/prompt");
        foreach (var (name, value) in step.Input ?? [])
        {
            if (!literalMembers.Contains(name))
            {
                references.Input(value, SourceNode.Below($"{pointer}/input", name));
            }
        }

        for (var index = 0; index < step.Merge?.From.Count; index++)
        {
            var (name, path) = step.Merge.From[index];
            var at = step.Merge.FromList
                ? string.Create(CultureInfo.InvariantCulture, $"{pointer}/from/{index}")
                : SourceNode.Below($"{pointer}/from", name);
            references.Path(path, at);
        }

        references.Template(step.Merge?.Template, $"{pointer}/template");
        references.Expression(step.Repeat?.Until, $"{pointer}/repeat/until", references._extra, ownOutput: true);
        return references;
    }

    private void Mapping(MappedValue value, string pointer)
    {
        if (value.Kind == MappedValueKind.Path)
        {
            Path(value.Text!, pointer);
        }
        else if (value.Kind == MappedValueKind.Expression)
        {
            Expression(value.Text, $"{pointer}/expr", _extra);
        }
    }

    private void Expression(string? text, string pointer, ExtraNames extra, bool ownOutput = false)
    {
        if (text is not null && Expressions.Expression.TryParse(text, out var expression, out _))
        {
            _found.AddRange(expression.Paths.Select(path => new StepReference(pointer, path, extra) { OwnOutput = ownOutput }));
        }
    }

    private void Path(string text, string pointer)
    {
        if (ValuePath.TryParse(text, out var path, out _))
        {
            _found.Add(new StepReference(pointer, path, _extra));
        }
    }

    private void Template(string? text, string pointer, ExtraNames more = ExtraNames.None)
    {
        if (text is null)
        {
            return;
        }

        try
        {
            _found.AddRange(PromptTemplate.Parse(text).Paths
                .Where(path => !_mapped.Contains(path.Root))
                .Select(path => new StepReference(pointer, path, _extra | more)));
        }
        catch (TemplateException exception)
        {
            _problems.Add((pointer, exception.Message));
        }
    }

    private void Input(JsonNode? value, string pointer)
    {
        switch (value)
        {
            case JsonObject members:
                foreach (var (name, member) in members)
                {
                    Input(member, SourceNode.Below(pointer, name));
                }

                break;
            case JsonArray items:
                for (var index = 0; index < items.Count; index++)
                {
                    Input(items[index], string.Create(CultureInfo.InvariantCulture, $"{pointer}/{index}"));
                }

                break;
            case JsonValue text when text.GetValueKind() == JsonValueKind.String:
                Template(text.GetValue<string>(), pointer, ExtraNames.Secrets);
                break;
            default:
                break;
        }
    }
}

/// <summary>A path that a step names.</summary>
/// <param name="Pointer">The JSON pointer to the text that names it.</param>
/// <param name="Extra">Names that have a meaning only there.</param>
internal readonly record struct StepReference(string Pointer, ValuePath Path, ExtraNames Extra)
{
    /// <summary>Whether it is evaluated after the step's work, so that it may name the step's own output.</summary>
    public bool OwnOutput { get; init; }
}
