using System.Text;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>One error is reported once: its consequences are not reported, and it does not hide other errors.</summary>
public class ConsequenceTests
{
    [Theory]
    [InlineData(
        "misspelt dependency and the data it was for", "unknown-step",
        "[ { id: clarify, prompt: x }, { id: b, prompt: '{{clarify}}', dependsOn: [clarfiy] } ]")]
    [InlineData("dependency as a text", "wrong-type", "[ { id: a, prompt: x }, { id: b, prompt: '{{a}}', dependsOn: a } ]")]
    [InlineData("dependencies as an object", "wrong-type", "[ { id: a, prompt: x }, { id: b, prompt: '{{a}}', dependsOn: { a: 1 } } ]")]
    [InlineData(
        "missing id that others name", "missing-property", "[ { prompt: x }, { id: b, prompt: '{{steps.fetch.output}}', dependsOn: [fetch] } ]")]
    [InlineData(
        "cycle and the data along it", "dependency-cycle",
        "[ { id: a, prompt: '{{b}}', dependsOn: [b] }, { id: b, prompt: '{{a}}', dependsOn: [a] } ]")]
    [InlineData(
        "type of a later version with members of its own", "unsupported-property",
        "[ { id: a, type: map, items: x, body: { prompt: y } }, { id: b, prompt: '{{a.summary}}', dependsOn: [a] } ]")]
    [InlineData(
        "members of a group of a later version", "unsupported-property",
        "[ { id: g, type: group, steps: [ { id: m, prompt: x } ] }, { id: b, prompt: '{{steps.m.output}}', dependsOn: [m] } ]")]
    [InlineData(
        "previous in a condition", "unknown-reference", "[ { id: a, prompt: x, when: 'previous == null', repeat: { until: 'a == 1', max: 2 } } ]")]
    [InlineData("previous without turns", "unknown-reference", "[ { id: a, prompt: '{{previous}}' } ]")]
    [InlineData("secret in a prompt", "unknown-reference", "[ { id: a, prompt: '{{secrets.key}}' } ]")]
    [InlineData("tool without type", "missing-property", "[ { id: a, tool: http_request, input: { url: 'https://x' }, options: { timeout: 5 } } ]")]
    public void One_mistake_is_one_finding(string mistake, string code, string steps)
    {
        var findings = Read($"steps: {steps}");

        Assert.True(findings.Count == 1, $"{mistake}: {string.Join('\n', findings)}");
        Assert.Equal(code, findings[0].Code);
    }

    [Fact]
    public void Wrong_input_is_still_known_by_its_name()
    {
        Assert.Equal(DiagnosticCodes.WrongType, Assert.Single(Read("{ inputs: { q: string }, steps: [ { id: a, prompt: '{{q}}' } ] }")).Code);
    }

    [Fact]
    public void Mistakes_of_structure_do_not_hide_those_of_the_graph()
    {
        var findings = Read("""
            options: { maxParallelism: four }
            inputs: {}
            steps:
              - { id: a, prompt: x, dependsOn: [zz] }
              - { id: b, prompt: "{{nobody}}", colour: red }
              - { id: c, prompt: x, dependsOn: [d] }
              - { id: d, prompt: x, dependsOn: [c] }
            """);

        Assert.Equal(
            [("wrong-type", 1), ("unknown-step", 4), ("unknown-reference", 5), ("unknown-property", 5), ("dependency-cycle", 6)],
            findings.Select(finding => (finding.Code, finding.Line)));
    }

    private static IReadOnlyList<Diagnostic> Read(string yaml) =>
        WorkflowReader.Read(Encoding.UTF8.GetBytes(yaml.StartsWith('{') ? $"# YAML\n{yaml}" : yaml)).Diagnostics;
}
