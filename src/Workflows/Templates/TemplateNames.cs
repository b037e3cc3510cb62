using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Templates;

/// <summary>The names of one rendering. A name is looked up when the template first comes to it. Not thread-safe: it serves one rendering.</summary>
internal sealed class TemplateNames(Func<string, TemplateValue> lookup)
{
    // Null as a value of JSON: what it has no members of can then be told.
    private static readonly JsonElement Null = JsonSerializer.SerializeToElement<object?>(null);
    private readonly Dictionary<string, object> _found = new(StringComparer.Ordinal);

    public object this[TemplateSegment segment]
    {
        get
        {
            if (!_found.TryGetValue(segment.Name, out var value))
            {
                var answer = lookup(segment.Name);
                if (!answer.Exists)
                {
                    throw new TemplateException(
                        $"The placeholder '{segment.Path}' names '{segment.Name}', and there is no such name", segment.Line, segment.Column);
                }

                _found[segment.Name] = value = Value(answer.Value);
            }

            return value;
        }
    }

    // Text stays the very same string: going through JSON would replace half a surrogate pair.
    private static object Value(JsonNode? node) => node switch
    {
        null => Null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => JsonSerializer.SerializeToElement(node, WorkflowJson.Compact),
    };
}
