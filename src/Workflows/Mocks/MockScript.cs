using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Mocks;

/// <summary>
/// Mocked answers of models and tools, by step and attempt, for tests of a whole definition. As JSON it is the document from which it was read; so it
/// is stored with a run. The caller counts the attempts. Immutable and thread-safe.
/// </summary>
[JsonConverter(typeof(MockScriptConverter))]
public sealed class MockScript
{
    /// <summary>The address of the entry for every step without an entry of its own.</summary>
    public const string AnyStep = "*";

    private readonly IReadOnlyDictionary<string, IReadOnlyList<MockResponse>> _responses;

    /// <summary>Tools without effects outside the run, which need no mock.</summary>
    private static readonly string[] ToolsWithoutEffects = ["merge", "template", "transform", "delay", "fail"];

    internal MockScript(JsonElement source, IReadOnlyDictionary<string, IReadOnlyList<MockResponse>> responses, string? otherwise) =>
        (Source, _responses, Else) = (source, responses, otherwise);

    /// <summary>
    /// The simulated model, with or without options, that answers for prompts and tools without a mock; null: a definition with such steps is
    /// refused.
    /// </summary>
    public string? Else { get; }

    /// <summary>The document from which the mocks were read.</summary>
    internal JsonElement Source { get; }

    /// <summary>Reads a mock file.</summary>
    /// <param name="diagnostics">Every mistake, in the document's order; empty on success. Line and column are known for malformed JSON only.</param>
    public static bool TryParse(string json, [NotNullWhen(true)] out MockScript? script, out IReadOnlyList<Diagnostic> diagnostics)
    {
        try
        {
            using var document = JsonDocument.Parse(
                json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return TryParse(document.RootElement, out script, out diagnostics);
        }
        catch (JsonException exception)
        {
            script = null;
            diagnostics =
            [
                new Diagnostic(
                    "invalid-json", DiagnosticSeverity.Error, "",
                    (int)(exception.LineNumber + 1 ?? 0), (int)(exception.BytePositionInLine + 1 ?? 0),
                    "The mocks are not valid JSON: " + JsonErrorText.Describe(exception).TrimEnd('.') + "."),
            ];
            return false;
        }
    }

    /// <summary>Reads mocks that are part of a larger document.</summary>
    /// <param name="diagnostics">Every mistake, with pointers from <paramref name="json"/> on; empty on success.</param>
    public static bool TryParse(JsonElement json, [NotNullWhen(true)] out MockScript? script, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var reader = new MockScriptReader();
        var responses = reader.Read(json);
        diagnostics = reader.Diagnostics;
        script = diagnostics.Count == 0 ? new MockScript(json.Clone(), responses, reader.Else) : null;
        return script is not null;
    }

    /// <summary>
    /// Whether such a step needs a mock in a run with mocks: prompts and most tools have effects outside the run, other steps do not.
    /// </summary>
    /// <param name="tool">The name of the step's tool; null for other types.</param>
    public static bool NeedsMock(StepType type, string? tool) =>
        type == StepType.Prompt || (type == StepType.Tool && !ToolsWithoutEffects.Contains(tool, StringComparer.Ordinal));

    /// <summary>The same mocks with another <see cref="Else"/>.</summary>
    /// <param name="model">The simulated model's name, with or without options.</param>
    /// <exception cref="ModelOptionException"><paramref name="model"/> is another model, or its options are not valid.</exception>
    public MockScript WithElse(string model)
    {
        SimulatedModelOptions.Parse(model);
        var source = JsonObject.Create(Source)!;
        source["else"] = model;
        return new MockScript(JsonSerializer.SerializeToElement(source), _responses, model);
    }

    /// <summary>One error that names all steps that need a mock and have none; null when there are none.</summary>
    /// <param name="steps">The steps that may execute: id, type and tool.</param>
    public Diagnostic? Uncovered(IEnumerable<(string Id, StepType Type, string? Tool)> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        if (Else is not null)
        {
            return null;
        }

        var names = steps.Where(step => NeedsMock(step.Type, step.Tool) && Entry(step.Id, 0, any: true) is null)
            .Select(step => $"'{step.Id}'").ToList();
        return names.Count == 0 ? null : MockScriptReader.Error(
            "mock-missing-step", "/steps",
            $"The mocks have no answer for step{(names.Count == 1 ? "" : "s")} {string.Join(", ", names)}, "
            + "and a run with mocks asks no model and calls no tool.",
            "Add them, add '*' for all others, or let the simulated model answer for them "
            + "(--mocks-else simulated, in the mocks \"else\": \"simulated\").");
    }

    /// <summary>One error for each mock that names a step that the definition does not have: it would have no effect.</summary>
    /// <param name="stepIds">The ids of all steps, also of those in groups, maps and branches.</param>
    public IReadOnlyList<Diagnostic> ValidateAgainst(IEnumerable<string> stepIds)
    {
        var known = stepIds.ToHashSet(StringComparer.Ordinal);
        var diagnostics = new List<Diagnostic>();
        var suggestions = new Suggestions();
        foreach (var address in _responses.Keys.Where(address => address != AnyStep))
        {
            if (MockAddress.StepsOf(address).FirstOrDefault(step => !known.Contains(step)) is { } unknown)
            {
                diagnostics.Add(MockScriptReader.Error(
                    "mock-unknown-step",
                    MockScriptReader.Below("/steps", address),
                    $"The mock '{address}' names a step '{unknown}' that the definition does not have.",
                    suggestions.For(unknown, known)));
            }
        }

        return diagnostics;
    }

    /// <summary>The answer for one attempt. The last answer of a list is used for every later attempt too.</summary>
    /// <param name="stepPath">
    /// The step: its id, <c>map[key]</c> for an item of a map, <c>map[key]/step</c> for a step in the body of one. An item without an entry of its
    /// own uses its map's, a step in a body that of its id; then <c>*</c>.
    /// </param>
    /// <param name="attemptInRun">The attempt of the step in the whole run, from 0, attempts before resumes included.</param>
    /// <param name="any">
    /// Whether <c>*</c> applies: it is for steps that need a mock (<see cref="NeedsMock"/>), others are mocked by name only.
    /// </param>
    /// <returns>Null when the attempt has no mock.</returns>
    public MockResponse? Entry(string stepPath, int attemptInRun, bool any = true)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(attemptInRun);
        foreach (var address in MockAddress.Candidates(stepPath).Where(address => any || address != AnyStep))
        {
            if (_responses.TryGetValue(address, out var responses))
            {
                return responses[Math.Min(attemptInRun, responses.Count - 1)];
            }
        }

        return null;
    }
}

internal sealed class MockScriptConverter : JsonConverter<MockScript>
{
    public override MockScript Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return MockScript.TryParse(document.RootElement, out var script, out var diagnostics)
            ? script
            : throw new JsonException("The mocks are wrong. " + string.Join(" ", diagnostics.Select(d => $"{d.Pointer}: {d.Message}")));
    }

    public override void Write(Utf8JsonWriter writer, MockScript value, JsonSerializerOptions options) => value.Source.WriteTo(writer);
}

/// <summary>How a mock names its step: <c>step</c>, <c>step[key]</c>, and the same below a map: <c>map[key]/step</c>. Thread-safe.</summary>
internal static partial class MockAddress
{
    public static bool IsValid(string address) => address == MockScript.AnyStep || Address().IsMatch(address);

    /// <summary>The ids of all steps in an address.</summary>
    public static IEnumerable<string> StepsOf(string address) => Address().Match(address).Groups["step"].Captures.Select(capture => capture.Value);

    /// <summary>The addresses at which a step's mock may be, the most specific first.</summary>
    public static IEnumerable<string> Candidates(string stepPath)
    {
        yield return stepPath;
        var match = Address().Match(stepPath);
        if (match.Success)
        {
            var last = match.Groups["last"].Value;
            yield return last;
            yield return StepsOf(last).Single();
        }

        yield return MockScript.AnyStep;
    }

    // A key may contain any character except brackets.
    [GeneratedRegex(
        @"^(?:(?<step>[A-Za-z_][\w-]*)(?:\[[^\[\]]+\])?/)*(?<last>(?<step>[A-Za-z_][\w-]*)(?:\[[^\[\]]+\])?)$",
        RegexOptions.CultureInvariant | RegexOptions.ECMAScript)]
    private static partial Regex Address();
}
