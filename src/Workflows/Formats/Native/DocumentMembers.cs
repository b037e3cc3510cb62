using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Adds members to a JSON object that is being written.</summary>
internal static class DocumentMembers
{
    /// <summary>Adds the member unless the value is null.</summary>
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

    /// <summary>A list of texts.</summary>
    public static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => JsonValue.Create(text))];

    /// <summary>An object with the given names and values, in this order.</summary>
    public static JsonObject Named<T>(IEnumerable<KeyValuePair<string, T>> entries, Func<T, JsonNode?> value) =>
        new(entries.Select(entry => KeyValuePair.Create(entry.Key, value(entry.Value))));

    /// <summary>The name of an enum value; null for null.</summary>
    public static string? Name<T>(T? value)
        where T : struct, Enum => value is { } given ? EnumNames.Of(given) : null;
}
