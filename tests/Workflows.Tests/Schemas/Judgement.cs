using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Tests.Formats.Native;

namespace Orchestrator.Workflows.Tests.Schemas;

/// <summary>Whether the reader and the schema accept a document.</summary>
internal static partial class Judgement
{
    /// <summary>Findings about the document's form. Others are about what its texts mean: paths, expressions.</summary>
    private static readonly HashSet<string> Structural =
    [
        DiagnosticCodes.UnknownProperty, DiagnosticCodes.UnsupportedProperty, DiagnosticCodes.MissingProperty, DiagnosticCodes.WrongType,
        DiagnosticCodes.WrongValue, DiagnosticCodes.InvalidId,
        DiagnosticCodes.ReservedName, DiagnosticCodes.NoSteps, DiagnosticCodes.UnknownTransform, DiagnosticCodes.TooLarge,
        DiagnosticCodes.DuplicateName,
    ];

    private static readonly SchemaEvaluator Evaluator = new(Schema);

    public static JsonObject Schema => JsonNode.Parse(Documents.Resource("workflow.schema.json"))!.AsObject();

    /// <summary>Fails unless both accept the document or both reject it.</summary>
    public static bool Agreed(JsonNode document)
    {
        var text = document.ToJsonString();
        var findings = Structure(text);
        var accepted = Evaluator.Accepts(document);
        Assert.True(
            accepted == (findings.Count == 0),
            $"The schema {(accepted ? "accepts" : "rejects")} this; the reader says: {string.Join('\n', findings)}\n{text}");
        return accepted;
    }

    public static bool SchemaAccepts(JsonNode document) => Evaluator.Accepts(document);

    /// <summary>What the reader finds wrong in the form of the document, except what no schema can say.</summary>
    public static IReadOnlyList<Diagnostic> Structure(string text) =>
        [.. Documents.Read(text).Findings.Where(finding => Structural.Contains(finding.Code) && ExceptionOf(finding) is null)];

    /// <summary>Why the schema cannot say what this finding says; null when it can.</summary>
    public static string? ExceptionOf(Diagnostic finding) => finding.Code switch
    {
        DiagnosticCodes.WrongValue when Model().IsMatch(finding.Pointer)
            && finding.Message.Contains("'models' begins with", StringComparison.Ordinal) => "one value must equal another",
        DiagnosticCodes.WrongValue when Preset().IsMatch(finding.Pointer) && finding.Message.Contains(" characters; ", StringComparison.Ordinal) =>
            "the length of one value is limited by another",
        DiagnosticCodes.DuplicateName when finding.Message.Contains("is in 'resources' already", StringComparison.Ordinal) =>
            "names of one object must not be in another",
        DiagnosticCodes.DuplicateName when finding.Message.Contains("would be named", StringComparison.Ordinal) =>
            "names come from the ends of paths",
        _ => null,
    };

    [GeneratedRegex(@"\A/steps/[0-9]+/options/model\z")]
    private static partial Regex Model();

    [GeneratedRegex(@"\A/inputs/[^/]+/default\z")]
    private static partial Regex Preset();
}
