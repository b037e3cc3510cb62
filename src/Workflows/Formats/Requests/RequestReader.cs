using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats.Native;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Requests;

/// <summary>Reads what the requests to start and to resume a run have in common. Thread-safe.</summary>
internal static class RequestReader
{
    /// <summary>Parses a body, which must be an object, and reads it.</summary>
    /// <returns>The request; <paramref name="empty"/> when the body is not an object.</returns>
    public static T Read<T>(ReadOnlySpan<byte> utf8, T empty, Func<ObjectReader, T> read, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var bag = new DiagnosticBag();
        var request = empty;
        if (SourceText.Parse(utf8, bag) is { } root)
        {
            if (root.Kind == SourceKind.Object)
            {
                request = read(new ObjectReader(root, "the request", bag));
            }
            else
            {
                bag.Error(DiagnosticCodes.WrongType, root.Line, root.Column, "The request must be an object.");
            }
        }

        // The reader of the definition reports these again, with the same places.
        diagnostics = [.. bag.Items.Where(item => !item.Pointer.StartsWith("/definition/", StringComparison.Ordinal))];
        return request;
    }

    /// <summary>The member as a JSON object; empty when it is absent, or not an object, which is reported.</summary>
    public static JsonObject Members(ObjectReader body, string name) =>
        body.Take(name) is { } members && body.Expect(members, SourceKind.Object, name, JsonWords.Object) ? (JsonObject)members.ToJson()! : [];

    /// <summary>The member <c>options</c>; all results are null where it is absent, or not an object, which is reported.</summary>
    public static (RunOptions Options, string? Environment, JsonNode? Mocks) Options(ObjectReader body)
    {
        if (body.Object("options", "the run's options") is not { } options)
        {
            return (new RunOptions(), null, null);
        }

        var read = new RunOptions
        {
            Model = options.String("model"),
            MaxParallelism = options.Integer("maxParallelism", 1, DefinitionLimits.MaxParallelism),
            Budget = WorkflowOptionsReader.Budget(options),
            MaxDuration = options.Integer("maxDuration", 1),
            OnStepFailure = options.Choice<FailurePolicy>("onStepFailure"),
            Stream = options.Boolean("stream"),
        };
        var environment = options.String("environment");
        var mocks = options.Take("mocks")?.ToJson();
        options.Finish();
        return (read, environment, mocks);
    }
}
