using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Transforms;

internal static class TextLines
{
    /// <summary>The lines of a text without their ends.</summary>
    public static IEnumerable<string> Of(string text) => text.Split('\n').Select(line => line.TrimEnd('\r'));

    public static TransformResult ToResult(IEnumerable<string> found, string warning)
    {
        var list = new JsonArray([.. found.Select(item => JsonValue.Create(item))]);
        return new TransformResult(list, list.Count == 0 ? warning : null);
    }
}
