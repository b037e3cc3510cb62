using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using HandlebarsDotNet.Iterators;
using HandlebarsDotNet.MemberAccessors;
using HandlebarsDotNet.ObjectDescriptors;
using HandlebarsDotNet.PathStructure;

namespace Orchestrator.Workflows.Templates;

/// <summary>Tells Handlebars what a numbered name stands for, and throws where it stands for nothing. Thread-safe.</summary>
internal sealed class TemplateMembers(TemplateProgram program) : IObjectDescriptorProvider, IMemberAccessor
{
    public bool TryGetDescriptor(Type type, [NotNullWhen(true)] out ObjectDescriptor? value)
    {
        value = type == typeof(TemplateNames) || type == typeof(JsonElement) || type == typeof(string)
            ? new ObjectDescriptor(type, this, (_, _) => Array.Empty<string>(), _ => new JsonElementIterator())
            : ObjectDescriptor.Empty;
        return value != ObjectDescriptor.Empty;
    }

    public bool TryGetValue(object instance, ChainSegment memberName, out object? value)
    {
        var name = memberName.TrimmedValue;
        var number = int.Parse(name.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);
        if (name[0] == 't')
        {
            value = program.Texts[number];
            return true;
        }

        var segment = program.Segments[number];
        value = Follow(instance, segment);
        if (segment.Iterated && value is string or JsonElement { ValueKind: JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False })
        {
            throw Wrong(segment, $"'{segment.Path}' cannot be gone through with {{{{#each}}}}: it is {Kind(value)}, not a list or an object");
        }

        return true;
    }

    /// <summary>What <paramref name="segment"/> leads to from a value, or from the names themselves.</summary>
    /// <exception cref="TemplateException">To nothing.</exception>
    public static object Follow(object instance, TemplateSegment segment) => instance switch
    {
        TemplateNames names => names[segment],
        JsonElement element => Member(element, segment),
        string text => segment.Name == "length" ? Number(text.Length) : throw Absent(segment, "text"),
        _ => throw new InvalidOperationException($"A template met a {instance.GetType()}, which is no value of a template."),
    };

    private static JsonElement Member(JsonElement element, TemplateSegment segment)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                return element.TryGetProperty(segment.Name, out var member)
                    ? member
                    : throw Absent(segment, "the object");
            case JsonValueKind.Array when segment.Name == "length":
                return Number(element.GetArrayLength());
            case JsonValueKind.Array when TemplatePath.IsIndex(segment.Name):
                var index = int.Parse(segment.Name, NumberStyles.None, CultureInfo.InvariantCulture);
                return index < element.GetArrayLength()
                    ? element[index]
                    : throw Wrong(segment, $"'{segment.Path}' names element {index} of a list of {element.GetArrayLength()}");
            case JsonValueKind.String when segment.Name == "length":
                return Number(element.GetString()!.Length);
            default:
                throw Absent(segment, Kind(element));
        }
    }

    private static JsonElement Number(int value) => JsonSerializer.SerializeToElement(value);

    private static string Kind(object? value) => value switch
    {
        string or JsonElement { ValueKind: JsonValueKind.String } => "text",
        JsonElement { ValueKind: JsonValueKind.Number } => "a number",
        JsonElement { ValueKind: JsonValueKind.Array } => "a list",
        JsonElement { ValueKind: JsonValueKind.True or JsonValueKind.False } => "true or false",
        _ => "null",
    };

    private static TemplateException Absent(TemplateSegment segment, string owner) =>
        Wrong(segment, $"The placeholder '{segment.Path}' names '{segment.Name}', and {owner} has no such member");

    private static TemplateException Wrong(TemplateSegment segment, string message) => new(message, segment.Line, segment.Column);
}
