using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats;

/// <summary>Reads the body of a request to resume a run and checks it, everything at once.</summary>
public static class RunResumeReader
{
    /// <summary>The longest reason, in characters.</summary>
    public const int MaxReason = 1_000;

    /// <param name="utf8">JSON. Its member <c>definition</c> is not looked into.</param>
    /// <param name="diagnostics">Everything wrong with it; when there is any, the result is incomplete.</param>
    public static RunResume Read(ReadOnlySpan<byte> utf8, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var bag = new DiagnosticBag();
        var resume = new RunResume();
        if (SourceText.Parse(utf8, bag) is { } root)
        {
            if (root.Kind == SourceKind.Object)
            {
                resume = Read(new ObjectReader(root, "the request", bag));
            }
            else
            {
                bag.Error(DiagnosticCodes.WrongType, root.Line, root.Column, "The request must be an object.");
            }
        }

        // What is wrong inside the definition is told when the definition is read.
        diagnostics = [.. bag.Items.Where(item => !item.Pointer.StartsWith("/definition/", StringComparison.Ordinal))];
        return resume;
    }

    private static RunResume Read(ObjectReader body)
    {
        var (options, environment, mocks) = RunOptionsReader.Read(body);
        var resume = new RunResume
        {
            From = body.String("from"),
            Inputs = Members(body, "inputs"),
            Outputs = Members(body, "outputs"),
            HasDefinition = body.Take("definition") is not null,
            Options = options,
            Environment = environment,
            Mocks = mocks,
            Fork = body.Boolean("fork") ?? false,
            Reason = body.String("reason"),
        };
        if (resume.Reason is { Length: > MaxReason } reason)
        {
            body.Error(DiagnosticCodes.WrongValue, body.Take("reason")!, $"The reason must have at most {MaxReason} characters; it has {reason.Length}.");
        }

        body.Finish();
        return resume;
    }

    private static JsonObject Members(ObjectReader body, string name) =>
        body.Take(name) is { } members && body.Expect(members, SourceKind.Object, name, "an object") ? (JsonObject)SourceValue.ToJson(members)! : [];
}
