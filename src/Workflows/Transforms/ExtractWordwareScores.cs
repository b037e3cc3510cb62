using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Transforms;

/// <summary>Reads the JSON-like scores of Wordware: as parseJson, but trailing commas and comments are allowed. Nothing found: the text itself.</summary>
internal sealed class ExtractWordwareScores() : OutputTransform("extractWordwareScores")
{
    public override TransformResult Apply(string text) => JsonSearch.Find(text, lenient: true) is { } found
        ? new TransformResult(found.Value)
        : new TransformResult(JsonValue.Create(text), "No JSON with scores was found in the output, so the text itself was kept.");
}
