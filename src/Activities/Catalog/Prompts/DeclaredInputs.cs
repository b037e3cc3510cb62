using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>Reads the <c>inputs</c> of a front matter: names alone, or names with type, default and so on.</summary>
internal static class DeclaredInputs
{
    private const string NameRule = "is no name of an input; that begins with a letter or _ and has only the letters a-z and A-Z, digits and _.";

    /// <summary>A list of names, or a map from names to a type or to <c>type, required, default, description, maxLength</c>.</summary>
    public static IReadOnlyList<InputDefinition> Read(FrontMatter front)
    {
        if (front.Take("inputs") is not { } inputs)
        {
            return [];
        }

        if (inputs.Kind == SourceKind.Array)
        {
            return ReadNames(front, inputs);
        }

        if (front.Object("inputs") is not { } named)
        {
            return [];
        }

        return [.. inputs.Members.Where(member => IsName(front, member)).Select(member => member.Value.Kind switch
        {
            SourceKind.Object => ReadInput(named, member.Name),
            SourceKind.Null => new InputDefinition(member.Name),
            _ => new InputDefinition(member.Name) { Type = ReadType(front, member.Value) },
        })];
    }

    /// <summary>Reads them as prompty writes them: a value that is not an object is a sample, which is not used at run time.</summary>
    public static IReadOnlyList<InputDefinition> ReadPrompty(FrontMatter front)
    {
        if (front.Object("inputs") is not { } inputs)
        {
            return [];
        }

        return
        [
            .. inputs.Node.Members.Where(member => IsName(front, member)).Select(member =>
                member.Value.Kind == SourceKind.Object ? ReadInput(inputs, member.Name, "sample") : new InputDefinition(member.Name)),
        ];
    }

    private static List<InputDefinition> ReadNames(FrontMatter front, SourceNode list)
    {
        var names = new List<InputDefinition>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in list.Items)
        {
            if (item.Kind != SourceKind.String || !NameRules.OutputKey.IsMatch(item.Text))
            {
                front.Invalid(item, $"{FrontMatter.Describe(item)} {NameRule}");
            }
            else if (!seen.Add(item.Text))
            {
                front.Invalid(item, $"The input '{item.Text}' is given twice.");
            }
            else
            {
                names.Add(new InputDefinition(item.Text));
            }
        }

        return names;
    }

    private static InputDefinition ReadInput(FrontMatter inputs, string name, params ReadOnlySpan<string> ignored)
    {
        var input = inputs.Object(name)!;
        var read = new InputDefinition(name)
        {
            Type = input.Take("type") is { } type ? ReadType(input, type) : InputType.Any,
            Required = input.Boolean("required") ?? false,
            Default = input.Node.Member("default")?.ToJson(),
            Description = input.Text("description"),
            MaxLength = (int?)input.Number("maxLength", 1, int.MaxValue, whole: true),
        };
        input.Ignore("default");
        input.Ignore(ignored);
        input.ReportUnknownKeys();
        return read;
    }

    private static InputType ReadType(FrontMatter front, SourceNode value)
    {
        if (value.Kind == SourceKind.String && EnumNames.TryParse<InputType>(value.Text, out var type))
        {
            return type;
        }

        var types = EnumNames.All<InputType>();
        front.Invalid(value, $"{FrontMatter.Describe(value)} is no type; there are {string.Join(", ", types)}.", Suggestion.For(value.Text, types));
        return InputType.Any;
    }

    private static bool IsName(FrontMatter front, SourceMember member)
    {
        var isName = NameRules.OutputKey.IsMatch(member.Name);
        if (!isName)
        {
            front.Invalid(member.Line, member.Column, $"'{member.Name}' {NameRule}");
        }

        return isName;
    }
}
