using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Transforms;

/// <summary>Finds the first complete JSON value in an output that may have prose or code fences around it. Nothing found: the text itself.</summary>
internal sealed class ParseJson() : OutputTransform("parseJson")
{
    public override TransformResult Apply(string text) => JsonSearch.Find(text, lenient: false) is { } found
        ? new TransformResult(found.Value)
        : new TransformResult(JsonValue.Create(text), "No complete JSON value was found in the output, so the text itself was kept.");
}
