using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Requests;

/// <summary>A request to start a run, without its definition. Immutable.</summary>
public sealed record RunStart
{
    /// <summary>The inputs, not yet checked against the definition; empty for none.</summary>
    public JsonObject Inputs { get; init; } = [];

    /// <summary>The id of the run; null: a new one is generated.</summary>
    public string? RunId { get; init; }

    /// <summary>Tags by name, for the selection of runs in lists; empty for none.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Options that replace those of the definition.</summary>
    public RunOptions Options { get; init; } = new();

    /// <summary>The environment whose prompts are used; null: the default one.</summary>
    public string? Environment { get; init; }

    /// <summary>Mocks, not yet validated; null: models are called.</summary>
    public JsonNode? Mocks { get; init; }
}

/// <summary>Reads and checks the body of a request to start a run; all errors are reported at once. Thread-safe.</summary>
public static class RunStartReader
{
    /// <summary>Maximum length of a tag's name in characters.</summary>
    public const int MaxTagNameLength = 64;

    /// <summary>Maximum length of a tag's value in characters.</summary>
    public const int MaxTagValueLength = 256;

    /// <summary>Reads a request.</summary>
    /// <param name="utf8">The body as JSON. Its member <c>definition</c> is not read.</param>
    /// <param name="hasDefinition">Whether the body must have a definition; otherwise it must have none.</param>
    /// <param name="diagnostics">All errors; when there is any, the result is incomplete.</param>
    public static RunStart Read(ReadOnlySpan<byte> utf8, bool hasDefinition, out IReadOnlyList<Diagnostic> diagnostics) =>
        RequestReader.Read(utf8, new RunStart(), body => Read(body, hasDefinition), out diagnostics);

    private static RunStart Read(ObjectReader body, bool hasDefinition)
    {
        if (hasDefinition && body.Take("definition") is null)
        {
            body.Missing("definition", "The request has no workflow.");
        }

        var start = new RunStart
        {
            Inputs = RequestReader.Members(body, "inputs"),
            RunId = RunId(body),
            Tags = Tags(body),
        };
        if (body.Take("callbackUrl") is { } callback)
        {
            body.Error(
                DiagnosticCodes.UnsupportedProperty, callback,
                "'callbackUrl' is not supported yet: no call would be made. Leave it out, and ask for the run with GET /api/runs/{runId}.");
        }

        var (options, environment, mocks) = RequestReader.Options(body);
        body.Finish();
        return start with { Options = options, Environment = environment, Mocks = mocks };
    }

    private static string? RunId(ObjectReader body)
    {
        var runId = body.String("runId");
        if (runId is not null && !NameRules.RunId.IsMatch(runId))
        {
            body.Error(
                DiagnosticCodes.InvalidId, body.Take("runId")!,
                $"The run id '{runId}' must have 1 to 64 letters a-z or A-Z, digits, _ or -, and be {NameRules.NoDevice}.");
        }

        return runId;
    }

    private static Dictionary<string, string> Tags(ObjectReader body)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, _, _, value) in body.Object("tags", "the tags")?.Node.Members ?? [])
        {
            if (name.Length is 0 or > MaxTagNameLength || name.Contains(':', StringComparison.Ordinal))
            {
                body.Error(
                    DiagnosticCodes.WrongValue, value,
                    $"The name of a tag must have 1 to {MaxTagNameLength} characters and no colon; there is '{name}'.");
            }
            else if (body.Expect(value, SourceKind.String, name, JsonWords.Text))
            {
                if (value.Text.Length > MaxTagValueLength)
                {
                    body.Error(
                        DiagnosticCodes.WrongValue, value,
                        $"The tag '{name}' must have at most {MaxTagValueLength} characters; it has {value.Text.Length}.");
                }

                tags[name] = value.Text;
            }
        }

        return tags;
    }
}
