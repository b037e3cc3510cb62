using System.Text;
using System.Text.Json;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>A member of the format: how it is written, into which property it is read, and an invalid value.</summary>
/// <param name="Path">Names from the document's root; * for names that the author chooses, and steps without positions.</param>
/// <param name="Frame">The document around the member.</param>
/// <param name="Written">The member.</param>
/// <param name="Value">The property of the definition.</param>
/// <param name="Expected">The value of the property, as JSON.</param>
/// <param name="Wrong">The member with an error; « marks the place that is reported.</param>
/// <param name="Code">The code of that error.</param>
public sealed record FormatField(
    string Path, FormatFrame Frame, string Written, Func<WorkflowDefinition, object?> Value, string Expected, string Wrong, string Code)
{
    private const char Mark = '«';

    public void AssertIsRead(bool yaml)
    {
        var result = WorkflowReader.Read(Encoding.UTF8.GetBytes(Frame.Around(Written, yaml)));

        Assert.True(result.Workflow is not null, string.Join('\n', result.Diagnostics));
        Assert.Equal(Expected, JsonSerializer.Serialize(Value(result.Workflow!.Definition), WorkflowJson.Compact));
    }

    public void AssertIsRefused(bool yaml)
    {
        var marked = Frame.Around(Wrong, yaml);
        var at = marked.IndexOf(Mark, StringComparison.Ordinal);
        var before = marked[..at].Split('\n');
        var result = WorkflowReader.Read(Encoding.UTF8.GetBytes(marked.Remove(at, 1)));

        Assert.Null(result.Workflow);
        var findings = result.Diagnostics.Where(finding => finding.Code != DiagnosticCodes.NotEnforced).ToList();
        Assert.True(findings.Count == 1, string.Join('\n', findings));
        Assert.Equal((Code, before.Length, before[^1].Length + 1), (findings[0].Code, findings[0].Line, findings[0].Column));
    }

    public override string ToString() => Path;
}
