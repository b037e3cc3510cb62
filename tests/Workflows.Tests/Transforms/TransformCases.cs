using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Tests.Transforms;

/// <summary>Answers as models write them, with what a transform must make of them: one JSON file per transform beside this one.</summary>
internal static class TransformCases
{
    private static readonly Dictionary<string, List<Case>> Files = new[] { "scores", "questions", "lists", "json" }.ToDictionary(name => name, Load);

    public static TheoryData<string> Names(string file) => [.. Files[file].Select(@case => @case.Name)];

    public static IReadOnlyList<Case> In(string file) => Files[file];

    public static Case Find(string file, string name) => Files[file].Single(@case => @case.Name == name);

    public static IEnumerable<string> Texts => Files.Values.SelectMany(cases => cases).Select(@case => @case.Text);

    private static List<Case> Load(string file)
    {
        using var stream = typeof(TransformCases).Assembly.GetManifestResourceStream($"{typeof(TransformCases).Namespace}.{file}.json")!;
        return JsonSerializer.Deserialize<List<Case>>(stream, JsonSerializerOptions.Web)!;
    }

    /// <param name="Expected">The value; the text itself when <paramref name="Kept"/>.</param>
    internal sealed record Case(string Name, string Text, JsonNode? Expected, bool Kept = false);
}
