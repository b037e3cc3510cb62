using System.Text.Json.Nodes;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Adds members to an object that is being written.</summary>
internal static class DocumentMembers
{
    /// <summary>Adds the member unless there is nothing to say.</summary>
    public static void Put(this JsonObject owner, string name, JsonNode? value)
    {
        if (value is not null)
        {
            owner.Add(name, value);
        }
    }

    /// <summary>Adds the member unless the list is empty.</summary>
    public static void PutTexts(this JsonObject owner, string name, IReadOnlyList<string> texts)
    {
        if (texts.Count > 0)
        {
            owner.Add(name, Texts(texts));
        }
    }

    public static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];

    /// <summary>An object of names and values, in this order.</summary>
    public static JsonObject Named<T>(IEnumerable<KeyValuePair<string, T>> entries, Func<T, JsonNode?> value) =>
        new(entries.Select(entry => KeyValuePair.Create(entry.Key, value(entry.Value))));

    /// <summary>The name of an enum's value as the reader knows it; null for null.</summary>
    public static string? Name<T>(T? value)
        where T : struct, Enum => value is { } given ? ObjectReader.Name(given) : null;
}
