using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats;

/// <summary>Reads the body of a request to start a run and checks it, everything at once.</summary>
public static class RunStartReader
{
    /// <summary>The longest name of a tag, in characters.</summary>
    public const int MaxTagName = 64;

    /// <summary>The longest value of a tag, in characters.</summary>
    public const int MaxTagValue = 256;

    private const string What = "the request";

    /// <param name="utf8">JSON. Its member <c>definition</c> is not looked into.</param>
    /// <param name="hasDefinition">Whether it must bring a definition; else it must not.</param>
    /// <param name="diagnostics">Everything wrong with it; when there is any, the result is incomplete.</param>
    public static RunStart Read(ReadOnlySpan<byte> utf8, bool hasDefinition, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var bag = new DiagnosticBag();
        var start = new RunStart();
        if (SourceText.Parse(utf8, bag) is { } root)
        {
            if (root.Kind == SourceKind.Object)
            {
                start = Read(new ObjectReader(root, What, bag), hasDefinition);
            }
            else
            {
                bag.Error(DiagnosticCodes.WrongType, root.Line, root.Column, "The request must be an object.");
            }
        }

        // What is wrong inside the definition is told when the definition is read.
        diagnostics = [.. bag.Items.Where(item => !item.Pointer.StartsWith("/definition/", StringComparison.Ordinal))];
        return start;
    }

    private static RunStart Read(ObjectReader body, bool hasDefinition)
    {
        if (hasDefinition && body.Take("definition") is null)
        {
            body.Missing("definition", "The request has no workflow.");
        }

        var start = new RunStart
        {
            Inputs = body.Take("inputs") is { } inputs && body.Expect(inputs, SourceKind.Object, "inputs", "an object")
                ? (JsonObject)SourceValue.ToJson(inputs)!
                : [],
            RunId = RunId(body),
            Tags = Tags(body),
        };
        if (body.Take("callbackUrl") is { } callback)
        {
            body.Error(
                DiagnosticCodes.UnsupportedProperty, callback,
                "'callbackUrl' is not supported yet: no call would be made. Leave it out, and ask for the run with GET /api/runs/{runId}.");
        }

        start = Options(body, start);
        body.Finish();
        return start;
    }

    private static string? RunId(ObjectReader body)
    {
        var runId = body.String("runId");
        if (runId is not null && !NameRules.RunId.IsMatch(runId))
        {
            body.Error(DiagnosticCodes.InvalidId, body.Take("runId")!, $"The run id '{runId}' must have 1 to 64 letters, digits, _ or -, and be {NameRules.NoDevice}.");
        }

        return runId;
    }

    private static Dictionary<string, string> Tags(ObjectReader body)
    {
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, _, _, value) in body.Object("tags", "the tags")?.Node.Members ?? [])
        {
            if (name.Length is 0 or > MaxTagName || name.Contains(':', StringComparison.Ordinal))
            {
                body.Error(DiagnosticCodes.WrongValue, value, $"The name of a tag must have 1 to {MaxTagName} characters and no colon; there is '{name}'.");
            }
            else if (body.Expect(value, SourceKind.String, name, "a text"))
            {
                if (value.Text.Length > MaxTagValue)
                {
                    body.Error(DiagnosticCodes.WrongValue, value, $"The tag '{name}' must have at most {MaxTagValue} characters; it has {value.Text.Length}.");
                }

                tags[name] = value.Text;
            }
        }

        return tags;
    }

    private static RunStart Options(ObjectReader body, RunStart start)
    {
        var options = RunOptionsReader.Read(body);
        return start with { Options = options.Options, Environment = options.Environment, Mocks = options.Mocks };
    }
}
