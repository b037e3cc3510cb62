using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Sources;

/// <summary>Makes plain JSON of source nodes, for values that are data to us.</summary>
public static class SourceValue
{
    /// <summary>The value as JSON; null for a null.</summary>
    public static JsonNode? ToJson(SourceNode node) => node.Kind switch
    {
        SourceKind.Object => new JsonObject(node.Members.Select(member => KeyValuePair.Create(member.Name, ToJson(member.Value)))),
        SourceKind.Array => new JsonArray([.. node.Items.Select(ToJson)]),
        SourceKind.String => JsonValue.Create(node.Text),
        SourceKind.Number => JsonNode.Parse(node.Text),
        SourceKind.Boolean => JsonValue.Create(node.IsTrue),
        _ => null,
    };
}
