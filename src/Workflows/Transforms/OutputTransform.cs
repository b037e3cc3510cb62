using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Transforms;

/// <summary>Turns the text of a model into a value. Total: any text gives a result, in time linear in its length. Stateless and thread-safe.</summary>
public abstract class OutputTransform
{
    private static readonly Dictionary<string, OutputTransform> All = new OutputTransform[]
    {
        new ExtractScores(), new ExtractQuestions(), new ExtractWordwareScores(), new ParseJson(), new ExtractMarkdownList(),
    }.ToDictionary(transform => transform.Name, StringComparer.Ordinal);

    private protected OutputTransform(string name) => Name = name;

    /// <summary>The names that definitions may use.</summary>
    public static IReadOnlyCollection<string> Names => All.Keys;

    /// <summary>The name that definitions use, such as <c>extractScores</c>.</summary>
    public string Name { get; }

    /// <summary>Finds a transform by its exact name.</summary>
    public static bool TryGet(string name, [NotNullWhen(true)] out OutputTransform? transform) => All.TryGetValue(name, out transform);

    /// <summary>Applies the transform. When nothing is found the result carries a warning, and the text itself or an empty value as the transform says.</summary>
    public abstract TransformResult Apply(string text);
}

/// <summary>What a transform made of an output.</summary>
/// <param name="Value">The value; null is JSON's null.</param>
/// <param name="Warning">One sentence when nothing was found; null otherwise.</param>
public sealed record TransformResult(JsonNode? Value, string? Warning = null);

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
