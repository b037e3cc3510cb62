using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>One definition with ten errors, as JSON and as YAML.</summary>
public class TenMistakesTests
{
    private static readonly string[] Codes =
    [
        DiagnosticCodes.UnknownProperty, DiagnosticCodes.WrongValue, DiagnosticCodes.WrongType, DiagnosticCodes.WrongValue,
        DiagnosticCodes.UnknownProperty, DiagnosticCodes.WrongValue, DiagnosticCodes.UnknownTransform, DiagnosticCodes.MissingProperty,
        DiagnosticCodes.ReservedName,
        DiagnosticCodes.DuplicateName,
    ];

    [Theory]
    [InlineData("json", "3:3 5:24 7:34 7:59 9:55 10:80 10:102 11:5 12:13 13:36")]
    [InlineData("yaml", "3:1 5:18 7:19 8:18 13:5 14:70 14:90 15:5 16:9 20:5")]
    public void Every_mistake_is_one_finding_at_its_place(string extension, string places)
    {
        var result = WorkflowReader.Read(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Reading", $"ten-mistakes.{extension}")));

        Assert.Null(result.Workflow);
        Assert.Equal(places, string.Join(' ', result.Diagnostics.Select(finding => $"{finding.Line}:{finding.Column}")));
        Assert.Equal(Codes, result.Diagnostics.Select(finding => finding.Code));
    }

    [Fact]
    public void Json_and_yaml_give_the_same_messages_and_pointers() => Assert.Equal(Findings("json"), Findings("yaml"));

    private static IEnumerable<(string, string, string, string?, string?)> Findings(string extension) =>
        WorkflowReader.Read(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Reading", $"ten-mistakes.{extension}"))).Diagnostics
            .Select(finding => (finding.Code, finding.Pointer, finding.Message, finding.Suggestion, finding.Step));
}
