using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Activities.Mocks;

/// <summary>
/// Answers that stand in for models and tools, per step and attempt, so that a whole definition can be tested. Immutable and thread-safe: it does
/// not count attempts, the caller does. As JSON it is the document it was read from, which is how it is stored with a run.
/// </summary>
[JsonConverter(typeof(MockScriptConverter))]
public sealed class MockScript
{
    /// <summary>The entry for every step that has none of its own.</summary>
    public const string AnyStep = "*";

    private readonly IReadOnlyDictionary<string, IReadOnlyList<MockResponse>> _responses;

    internal MockScript(JsonElement source, IReadOnlyDictionary<string, IReadOnlyList<MockResponse>> responses) =>
        (Source, _responses) = (source, responses);

    /// <summary>The document it was read from.</summary>
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
                    "The mocks are not valid JSON: " + exception.Message.Split(" LineNumber:")[0].TrimEnd('.') + "."),
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
        script = diagnostics.Count == 0 ? new MockScript(json.Clone(), responses) : null;
        return script is not null;
    }

    /// <summary>One error for each mock that names no step of the definition: such a test would silently call the real model.</summary>
    /// <param name="stepIds">The ids of all steps, those in groups, maps and branches included.</param>
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

    /// <summary>The answer for one attempt. The last entry of a list answers every later attempt too.</summary>
    /// <param name="stepPath">
    /// The step: its id, <c>map[key]</c> for an item of a map, <c>map[key]/step</c> for a step in the body of one. An item without an entry of its
    /// own takes its map's, a step in a body its own id's; then <c>*</c>.
    /// </param>
    /// <param name="attemptInRun">Counts the attempts of that step in the whole run from 0, resumes included.</param>
    /// <returns>Null when nothing is mocked there: the real model or tool is meant.</returns>
    public MockResponse? Entry(string stepPath, int attemptInRun)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(attemptInRun);
        foreach (var address in MockAddress.Candidates(stepPath))
        {
            if (_responses.TryGetValue(address, out var responses))
            {
                return responses[Math.Min(attemptInRun, responses.Count - 1)];
            }
        }

        return null;
    }
}
