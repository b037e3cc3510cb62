using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Templates;

/// <summary>One rendering of a template. Every operation takes bounded time or is counted by its size. Not thread-safe.</summary>
internal sealed class TemplateRendering(Func<string, TemplateValue> lookup, TemplateBudget budget)
{
    private readonly Dictionary<string, TemplateValue> _names = new(StringComparer.Ordinal);
    private readonly List<TemplateFrame> _frames = [];
    private readonly StringBuilder _text = new();

    /// <exception cref="TemplateException">A name or member does not exist, a value has the wrong type, or a limit is exceeded.</exception>
    public string Render(IReadOnlyList<TemplateNode> nodes)
    {
        Write(nodes);
        return _text.ToString();
    }

    private void Write(IReadOnlyList<TemplateNode> nodes)
    {
        foreach (var node in nodes)
        {
            budget.CountStep(node.Tag);
            switch (node)
            {
                case TemplateNode.Text text:
                    Write(text.Tag.Content, text.Tag);
                    break;
                case TemplateNode.Value value:
                    Write(WorkflowJson.Text(Value(value.Source)), value.Tag);
                    break;
                case TemplateNode.Choice choice:
                    Write(choice.Branches.FirstOrDefault(Holds)?.Body ?? []);
                    break;
                case TemplateNode.Each each:
                    Repeat(each);
                    break;
                default:
                    throw new InvalidOperationException($"There is no rendering of {node.GetType()}.");
            }
        }
    }

    private void Write(string text, TemplateTag at)
    {
        budget.CountWritten(text.Length, at);
        _text.Append(text);
    }

    private void Repeat(TemplateNode.Each each)
    {
        var value = Value(each.Source);
        var count = value switch
        {
            null => 0,
            JsonArray list => list.Count,
            JsonObject members => members.Count,
            _ => throw Wrong(each.Source, $"{{{{#each}}}} needs a list or an object, and '{each.Source.Path}' is {JsonWords.TypeOf(value)}"),
        };
        if (count == 0)
        {
            Write(each.Otherwise);
        }

        for (var index = 0; index < count; index++)
        {
            budget.CountStep(each.Tag);
            _frames.Add(value is JsonObject members
                ? new TemplateFrame(members.GetAt(index).Value, members.GetAt(index).Key, index, count)
                : new TemplateFrame(value![index], null, index, count));
            Write(each.Body);
            _frames.RemoveAt(_frames.Count - 1);
        }
    }

    private bool Holds(TemplateBranch branch)
    {
        if (branch.Condition is not { } condition)
        {
            return true;
        }

        budget.CountStep(condition.Tag);
        return IsTrue(Value(condition), condition.Tag) != branch.Negated;
    }

    private JsonNode? Value(TemplateSource source)
    {
        if (source.Variable is not null)
        {
            return _frames[source.Depth - 1].Variable(source.Variable);
        }

        var (value, from) = source.Depth > 0 ? (_frames[source.Depth - 1].Item, 0) : (Named(source), 1);
        for (var index = from; index < source.Segments.Count; index++)
        {
            value = Member(value, source.Segments[index], source);
        }

        return value;
    }

    /// <summary>The value of the first name; its record when only the record has the member that follows.</summary>
    private JsonNode? Named(TemplateSource source)
    {
        var name = source.Segments[0];
        if (!_names.TryGetValue(name, out var value))
        {
            var answer = lookup(name);
            if (!answer.Exists)
            {
                throw Wrong(source, $"The placeholder '{source.Path}' names '{name}', and there is no such name");
            }

            // A JsonValue may wrap a .NET object, which is serialized as an object or a list.
            value = answer.Value is JsonValue single && single.GetValueKind() is JsonValueKind.Object or JsonValueKind.Array
                ? TemplateValue.Of(JsonNode.Parse(single.ToJsonString(WorkflowJson.Compact))) with
                {
                    Record = answer.Record,
                    IsRecordFirst = answer.IsRecordFirst,
                }
                : answer;
            _names[name] = value;
        }

        return value.Record is { } record && source.Segments.Count > 1
            && record.ContainsKey(source.Segments[1])
            && (value.IsRecordFirst || !ValuePath.TryStep(value.Value, source.Segments[1], out _))
                ? record
                : value.Value;
    }

    private JsonNode? Member(JsonNode? value, string name, TemplateSource source)
    {
        switch (value)
        {
            case JsonObject members:
                return members.TryGetPropertyValue(name, out var member) ? member : throw Absent(source, name, "the object");
            case JsonArray list when name == "length":
                return list.Count;
            case JsonArray list when TemplatePath.IsIndex(name):
                var index = int.Parse(name, NumberStyles.None, CultureInfo.InvariantCulture);
                return index < list.Count ? list[index] : throw Wrong(source, $"'{source.Path}' names element {index} of a list of {list.Count}");
            case JsonValue text when name == "length" && text.GetValueKind() == JsonValueKind.String:
                var length = WorkflowJson.Text(text).Length;
                budget.CountRead(length, source.Tag);
                return length;
            default:
                throw Absent(source, name, JsonWords.TypeOf(value));
        }
    }

    /// <summary>False for null, false, 0, "", [] and {}.</summary>
    private bool IsTrue(JsonNode? value, TemplateTag at) => value switch
    {
        null => false,
        JsonArray list => list.Count > 0,
        JsonObject members => members.Count > 0,
        _ => value.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.String => !IsEmpty((JsonValue)value),
            JsonValueKind.Number => !IsZero(value.ToJsonString(), at),
            _ => false,
        },
    };

    // Without creating the text of a large value.
    private static bool IsEmpty(JsonValue text) =>
        text.TryGetValue<JsonElement>(out var element) ? element.ValueEquals("") : WorkflowJson.Text(text).Length == 0;

    private bool IsZero(string number, TemplateTag at)
    {
        budget.CountRead(number.Length, at);
        return !number.AsSpan(0, number.AsSpan().IndexOfAny('e', 'E') is var end and >= 0 ? end : number.Length).ContainsAnyInRange('1', '9');
    }

    private static TemplateException Absent(TemplateSource source, string name, string owner) =>
        Wrong(source, $"The placeholder '{source.Path}' names '{name}', and {owner} has no such member");

    private static TemplateException Wrong(TemplateSource source, string message) => new(message, source.Tag.Line, source.Tag.Column);
}

/// <summary>One iteration of {{#each}}.</summary>
/// <param name="Key">The name of the member; null for an element of a list.</param>
/// <param name="Count">Number of iterations.</param>
internal readonly record struct TemplateFrame(JsonNode? Item, string? Key, int Index, int Count)
{
    public JsonNode Variable(string name) => name switch
    {
        "key" when Key is not null => JsonValue.Create(Key),
        "first" => JsonValue.Create(Index == 0),
        "last" => JsonValue.Create(Index == Count - 1),
        _ => JsonValue.Create(Index),
    };
}
