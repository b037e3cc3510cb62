using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;

namespace Orchestrator.Workflows.Tests.Compilation;

public sealed class SharedStateTests
{
    /// <summary>Steps as "id: what it waits for: r or w or rw", all of the one name x; and the two that are warned of.</summary>
    [Theory]
    [InlineData("a::w b:a:w c:b:w", "")]
    [InlineData("a::w b::w", "a b")]
    [InlineData("a::w b:a:w c:a:w", "b c")]
    [InlineData("a::w b:a:r c:a:r", "")]
    [InlineData("a::w b:a:r c:a:w", "b c")]
    [InlineData("a::w b:a:r c:b:w d:c:r", "")]
    [InlineData("a::r b::w", "a b")]
    [InlineData("a::r b::r", "")]
    [InlineData("a::rw b:a:rw", "")]
    [InlineData("a::w b::r c:a,b:w", "a b")]
    [InlineData("a::w b:a:- c:b:r d:a:w", "c d")]
    public void Steps_that_may_run_at_the_same_time_are_warned_of(string steps, string expected)
    {
        var definition = string.Join(", ", steps.Split(' ').Select(step => step.Split(':')).Select(step =>
        {
            var dependsOn = string.Join(", ", step[1].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(id => $"\"{id}\""));
            var reads = step[2].Contains('r', StringComparison.Ordinal) ? "\"x\"" : "";
            var writes = step[2].Contains('w', StringComparison.Ordinal) ? "\"x\"" : "";
            return $$"""{ "id": "{{step[0]}}", "prompt": "x", "dependsOn": [{{dependsOn}}], "reads": [{{reads}}], "writes": [{{writes}}] }""";
        }));

        var found = WorkflowReader.Read(System.Text.Encoding.UTF8.GetBytes($$"""{ "steps": [ {{definition}} ] }""")).Diagnostics.Where(
            finding => finding.Code == DiagnosticCodes.WriteConflict).ToList();

        Assert.Equal(expected.Length == 0 ? 0 : 1, found.Count);
        Assert.All(
            expected.Split(' '),
            id => Assert.True(id.Length == 0 || found[0].Message.Contains($"'{id}'", StringComparison.Ordinal), found.FirstOrDefault()?.Message));
    }

    [Theory]
    [InlineData("""{ "id": "a", "prompt": "x", "writes": ["n"], "options": { "fallback": { "step": "b" } } }, { "id": "b", "prompt": "x",""" +
        """ "writes": ["n"] }""")]
    [InlineData("""{ "id": "b", "prompt": "x", "writes": ["n"] }, { "id": "a", "prompt": "x", "writes": ["n"],""" +
        """ "options": { "fallback": { "step": "b" } } }, { "id": "c", "prompt": "x", "dependsOn": ["a"], "writes": ["n"] }""")]
    public void Fallback_step_comes_after_its_caller(string steps)
    {
        var result = WorkflowReader.Read(System.Text.Encoding.UTF8.GetBytes($$"""{ "steps": [ {{steps}} ] }"""));

        Assert.NotNull(result.Workflow);
        Assert.DoesNotContain(result.Diagnostics, finding => finding.Code == DiagnosticCodes.WriteConflict);
    }
}
