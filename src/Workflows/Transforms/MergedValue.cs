using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Transforms;

/// <summary>Merges values in their order. The values are copied, never changed. Pure. Thread-safe.</summary>
public static class MergedValue
{
    /// <summary>The default separator of texts: an empty line.</summary>
    public const string DefaultSeparator = "\n\n";

    /// <param name="values">The values with their names, in order. Of two with one name an object contains the later.</param>
    /// <param name="separator">Between two texts of <see cref="MergeMode.Concat"/>; null for <see cref="DefaultSeparator"/>.</param>
    /// <returns>
    /// Without values: {} for an object, "" for concat, null for last, [] otherwise. Concat omits nulls, and writes values that are not texts as
    /// compact JSON.
    /// </returns>
    public static JsonNode? Of(MergeMode mode, IEnumerable<KeyValuePair<string, JsonNode?>> values, string? separator = null)
    {
        var all = values.ToList();
        return mode switch
        {
            MergeMode.Object => Named(all),
            MergeMode.Array => List(all.Select(value => value.Value)),
            MergeMode.Concat => Concat([.. all.Select(value => value.Value).OfType<JsonNode>()], separator ?? DefaultSeparator),
            MergeMode.Append => List(all.SelectMany(value => value.Value is JsonArray items ? items.AsEnumerable() : [value.Value])),
            MergeMode.Last => all.LastOrDefault().Value?.DeepClone(),
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "There is no such way to merge."),
        };
    }

    private static JsonObject Named(IEnumerable<KeyValuePair<string, JsonNode?>> values)
    {
        var merged = new JsonObject();
        foreach (var (name, value) in values)
        {
            merged[name] = value?.DeepClone();
        }

        return merged;
    }

    private static JsonArray List(IEnumerable<JsonNode?> values) => new([.. values.Select(value => value?.DeepClone())]);

    private static JsonNode Concat(List<JsonNode> values, string separator) => values.Count > 0 && values.TrueForAll(value => value is JsonArray)
        ? List(values.SelectMany(value => (JsonArray)value))
        : JsonValue.Create(string.Join(separator, values.Select(WorkflowJson.Text)));
}

/// <summary>How several values are merged. Written in camelCase in definitions.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<MergeMode>))]
public enum MergeMode
{
    /// <summary>An object with each value under its name.</summary>
    Object,

    /// <summary>A list of the values as they are.</summary>
    Array,

    /// <summary>One text of all texts with a separator between them, or one list if all values are lists.</summary>
    Concat,

    /// <summary>One list of the items of all lists and of all other values.</summary>
    Append,

    /// <summary>The last value.</summary>
    Last,
}

/// <summary>Merges the outputs that several steps write under one key. The outputs are copied, never changed. Pure. Thread-safe.</summary>
public static class KeyMerging
{
    /// <param name="outputs">The outputs with the ids of their steps, in definition order.</param>
    public static JsonNode? Of(KeyMerge merge, IEnumerable<KeyValuePair<string, JsonNode?>> outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        return merge switch
        {
            KeyMerge.Object => MergedValue.Of(MergeMode.Object, outputs.SelectMany(Members)),
            KeyMerge.Last => MergedValue.Of(MergeMode.Last, outputs),
            _ => MergedValue.Of(MergeMode.Append, outputs),
        };
    }

    /// <summary>An output that is not an object is a member under the id of its step, so that it is not lost.</summary>
    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(KeyValuePair<string, JsonNode?> output) =>
        output.Value is JsonObject members ? members : [output];
}
