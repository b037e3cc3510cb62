using System.Text;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>Limits of the number of diagnostics, dependencies and copies.</summary>
public sealed class ReadingLimitTests
{
    [Fact]
    public void Errors_beyond_the_limit_are_dropped_with_one_warning()
    {
        var found = Read($$"""{ "steps": [ { "id": "a", "prompt": "x",""" +
            $$""" "dependsOn": [{{string.Join(",", Enumerable.Repeat("1", DiagnosticBag.MaxPerSeverity + 10))}}] } ] }""");

        // Each item has a wrong type and its own place.
        Assert.Equal(DiagnosticBag.MaxPerSeverity, found.Count(finding => finding.Severity == DiagnosticSeverity.Error));
        Assert.Contains(
            "more than 50000 errors", Assert.Single(found, finding => finding.Code == DiagnosticCodes.TooLarge).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dependencies_that_are_inferred_are_limited_in_all()
    {
        var steps = Enumerable.Range(0, 4_000).Select(step => step < 2_000
            ? $$"""{ "id": "s{{step}}", "prompt": "x", "outputKey": "k", "merge": "append" }"""
            : $$$"""{ "id": "s{{{step}}}", "prompt": "{{k}}", "dependsOn": "auto" }""");

        var error = Assert.Single(
            Read($$"""{ "steps": [ {{string.Join(", ", steps)}} ] }"""), finding => finding.Severity == DiagnosticSeverity.Error);

        Assert.Equal(("/steps/3000/dependsOn", "The steps have more than 2000000 dependencies in all."), (error.Pointer, error.Message));
    }

    [Fact]
    public void Aliases_expand_to_a_limited_number_of_characters()
    {
        var text = $"steps:\n  - {{ id: first, prompt: &long \"{new string('x', 1_000_000)}\" }}\n"
            + string.Concat(Enumerable.Range(0, 9).Select(step => $"  - {{ id: s{step}, prompt: *long }}\n"));

        Assert.Contains("8388608 characters", Assert.Single(Read(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pointer_below_a_very_long_name_is_shortened()
    {
        var found = Read($$"""{ "inputs": { "{{new string('n', 5_000)}}": { "tpye": 1 } }, "steps": [ { "id": "a", "prompt": "x" } ] }""");

        Assert.Equal("/inputs/…", Assert.Single(found, finding => finding.Code == DiagnosticCodes.UnknownProperty).Pointer);
    }

    [Fact]
    public void Too_long_step_id_is_reported_once()
    {
        var found = Read(
            $$"""{ "steps": [ { "id": "{{new string('a', 129)}}", "prompt": "x" }, { "id": "{{new string('a', 129)}}", "prompt": "x" } ] }""");

        Assert.Equal([DiagnosticCodes.InvalidId, DiagnosticCodes.InvalidId], found.Select(finding => finding.Code));
    }

    private static IReadOnlyList<Diagnostic> Read(string text) => WorkflowReader.Read(Encoding.UTF8.GetBytes(text)).Diagnostics;
}
