using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Transforms;

/// <summary>Converts the text of a model to a value. Every text gives a result, in time linear in its length. Stateless. Thread-safe.</summary>
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

    /// <summary>Applies a step's transform to its output; anything but a text is transformed as compact JSON.</summary>
    /// <param name="name">The transform's name; null for none.</param>
    /// <returns>Null without a transform of that name.</returns>
    public static TransformResult? Apply(string? name, JsonNode? output) =>
        name is not null && TryGet(name, out var transform) ? transform.Apply(WorkflowJson.Text(output)) : null;

    /// <summary>
    /// Applies the transform. If it finds nothing, the result has a warning, and the text itself or an empty value, depending on the transform.
    /// </summary>
    public abstract TransformResult Apply(string text);
}

/// <summary>The result of a transform.</summary>
/// <param name="Value">The value; null for JSON's null.</param>
/// <param name="Warning">One sentence if nothing was found; null otherwise.</param>
public sealed record TransformResult(JsonNode? Value, string? Warning = null);

internal static class TextLines
{
    /// <summary>The lines of a text without line ends.</summary>
    public static IEnumerable<string> Of(string text) => text.Split('\n').Select(line => line.TrimEnd('\r'));

    public static TransformResult ToResult(IEnumerable<string> found, string warning)
    {
        var list = new JsonArray([.. found.Select(item => JsonValue.Create(item))]);
        return new TransformResult(list, list.Count == 0 ? warning : null);
    }
}
