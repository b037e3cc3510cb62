using Orchestrator.Workflows.Diagnostics;
using static Orchestrator.Workflows.Tests.Compilation.Definitions;

namespace Orchestrator.Workflows.Tests.Compilation;

public class AutoDependencyTests
{
    [Theory]
    [InlineData("prompt: 'About {{a}}'")]
    [InlineData("prompt: 'About {{steps.a.output}}'")]
    [InlineData("prompt: 'About {{a.größe}}'")]
    [InlineData("{ type: tool, tool: t, input: { text: '{{a.größe}}' } }")]
    [InlineData("{ prompt: x, inputMapping: { y: a.name } }")]
    [InlineData("{ prompt: 'x {{y}}', inputMapping: { y: { expr: 'len(a) + 1' } } }")]
    [InlineData("{ prompt: x, when: 'a != null' }")]
    [InlineData("{ type: tool, tool: t, input: { deep: [ { text: 'x {{a.b}}' } ] } }")]
    [InlineData("{ type: merge, from: [a] }")]
    [InlineData("{ type: merge, mode: template, template: 'x {{a}}', from: {} }")]
    [InlineData("{ prompt: x, repeat: { until: 'a == b', max: 2 } }")]
    public void Step_depends_on_what_it_names_in_any_member(string body)
    {
        var inner = body.StartsWith('{') ? body[1..^1].Trim() : body;
        var workflow = Compile($$"""
            inputs: { q: {} }
            steps:
              - { id: a, prompt: x }
              - { id: other, prompt: x }
              - { id: b, dependsOn: auto, {{inner}} }
            """);

        Assert.Equal(["a"], workflow.DependenciesOf("b"));
    }

    [Fact]
    public void Merge_without_dependsOn_depends_on_what_it_takes_and_a_prompt_on_nothing()
    {
        var workflow = Compile("""
            steps:
              - { id: a, prompt: x }
              - { id: b, prompt: x }
              - { id: m, type: merge, from: [b, a] }
            """);

        Assert.Equal(["a", "b"], workflow.DependenciesOf("m"));
        Assert.Empty(workflow.DependenciesOf("b"));
    }

    [Fact]
    public void Of_several_writers_of_a_key_those_before_the_reader_are_meant()
    {
        var workflow = Compile("""
            steps:
              - { id: first, prompt: x, outputKey: draft }
              - { id: second, prompt: 'Better: {{draft}}', outputKey: draft, dependsOn: auto }
              - { id: third, prompt: 'Best: {{draft}}', outputKey: draft, dependsOn: auto }
            """);

        Assert.Equal(["first"], workflow.DependenciesOf("second"));
        Assert.Equal(["first", "second"], workflow.DependenciesOf("third"));
    }

    [Fact]
    public void Step_in_a_fallback_that_no_rule_uses_depends_on_what_it_names()
    {
        var workflow = Compile("""
            steps:
              - { id: a, prompt: x, options: { onError: continue, fallback: { step: b } } }
              - { id: b, prompt: 'About {{a}}', dependsOn: auto }
            """);

        Assert.Equal(["a"], workflow.DependenciesOf("b"));
    }

    [Fact]
    public void Cycle_that_only_references_make_is_reported()
    {
        var finding = Assert.Single(Findings("""
            steps:
              - { id: a, prompt: '{{b}}', dependsOn: auto }
              - { id: b, prompt: '{{a}}', dependsOn: auto }
            """));

        Assert.Equal(DiagnosticCodes.DependencyCycle, finding.Code);
    }

    [Fact]
    public void Stored_prompt_without_mapping_is_warned_of_since_what_it_names_is_not_known()
    {
        var finding = Assert.Single(Findings("""
            steps:
              - { id: a, promptId: p, dependsOn: auto }
            """));

        Assert.Equal((DiagnosticCodes.AutoWithoutMapping, DiagnosticSeverity.Warning), (finding.Code, finding.Severity));
    }
}
