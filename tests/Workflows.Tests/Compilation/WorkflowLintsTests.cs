using Orchestrator.Workflows.Diagnostics;
using static Orchestrator.Workflows.Tests.Compilation.Definitions;

namespace Orchestrator.Workflows.Tests.Compilation;

public class WorkflowLintsTests
{
    [Theory]
    [InlineData("shadowed-input", "/steps/0/id", "{ inputs: { a: {} }, steps: [ { id: a, prompt: x } ] }")]
    [InlineData("no-timeout", "/steps/0", "{ steps: [ { id: a, type: tool, tool: http_request, input: { url: 'http://x' } } ] }")]
    [InlineData("unknown-tool", "/steps/0/tool", "{ steps: [ { id: a, type: tool, tool: http_reqest } ] }")]
    [InlineData("unknown-resource", "/steps/0/uses/0", "{ steps: [ { id: a, prompt: x, uses: [crm] } ] }")]
    [InlineData("not-enforced", "/resources", "{ resources: { m: { requestsPerMinute: 5 } }, steps: [ { id: a, prompt: x } ] }")]
    [InlineData("constant-condition", "/steps/0/when", "{ steps: [ { id: a, prompt: x, when: '1 == 2' } ] }")]
    [InlineData(
        "continue-needed", "/steps/0/options/onError",
        "{ steps: [ { id: a, prompt: x, options: { onError: continue } }, { id: b, prompt: '{{a}}', dependsOn: [a] } ] }")]
    [InlineData(
        "continue-needed", "/steps/0/options/onError",
        "{ steps: [ { id: a, prompt: x, options: { onError: continue } }, { id: b, prompt: '{{steps.a.output}}', dependsOn: [a] } ] }")]
    [InlineData(
        "continue-needed", "/steps/0/options/onError",
        "{ steps: [ { id: a, prompt: x, options: { onError: continue } }, { id: b, prompt: '{{a.title}}', dependsOn: [a] } ] }")]
    [InlineData(
        "continue-needed", "/steps/0/options/onError",
        "{ steps: [ { id: a, prompt: x, outputKey: k, options: { onError: continue } }, { id: b, prompt: '{{k.error}}', dependsOn: [a] } ] }")]
    [InlineData(
        "continue-needed", "/steps/0/options/onError",
        "{ steps: [ { id: a, prompt: x, options: { onError: continue } }, { id: b, prompt: '{{a}}' } ], finally: [b] }")]
    [InlineData("write-conflict", "/steps/1", "{ steps: [ { id: a, prompt: x, writes: [crm.score] }, { id: b, prompt: x, writes: [crm.score] } ] }")]
    [InlineData("write-conflict", "/steps/1", "{ steps: [ { id: a, prompt: x, reads: [crm.score] }, { id: b, prompt: x, writes: [crm.score] } ] }")]
    [InlineData("never-runs", "/steps/3/dependsOn", "{ steps: [ { id: a, prompt: x, options: { onError: { timeout: { step: s }, default: { step: " +
        "t } } } }, { id: s, prompt: x }, { id: t, prompt: x }, { id: b, prompt: x, dependsOn: [s, t] } ] }")]
    public void Questionable_definition_gives_one_warning_and_runs(string code, string pointer, string yaml)
    {
        var finding = Assert.Single(Findings($"# YAML\n{yaml}", ["http_request", "template"]));

        Assert.Equal((code, pointer, DiagnosticSeverity.Warning), (finding.Code, finding.Pointer, finding.Severity));
        Assert.EndsWith(".", finding.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ steps: [ { id: a, type: tool, tool: http_request, options: { timeout: 5000 } } ] }")]
    [InlineData("{ options: { timeout: 5000 }, steps: [ { id: a, type: tool, tool: http_request } ] }")]
    [InlineData("{ steps: [ { id: a, prompt: x, writes: [crm] }, { id: b, prompt: x, writes: [crm], dependsOn: [a] } ] }")]
    [InlineData("{ steps: [ { id: a, prompt: x, reads: [crm] }, { id: b, prompt: x, reads: [crm] } ] }")]
    [InlineData("{ steps: [ { id: a, prompt: x, options: { onError: continue } }, { id: b, prompt: x, dependsOn: [a] } ] }")]
    [InlineData("{ steps: [ { id: a, prompt: x, options: { onError: continue } }, { id: b, prompt: '{{a.error.kind}} {{a.status}} " +
        "{{a.usage.inputTokens}}', dependsOn: [a] } ] }")]
    [InlineData("{ steps: [ { id: a, prompt: x, options: { onError: continue } }, { id: b, prompt: '{{steps.a.error.kind}} {{steps.a.status}} " +
        "{{steps.a.usage.inputTokens}}', dependsOn: [a] } ] }")]
    [InlineData("{ steps: [ { id: a, prompt: x, options: { onError: continue } }, { id: b, prompt: '{{a}}', dependsOn: [a], when: \"a.status == " +
        "'completed'\" } ] }")]
    [InlineData("{ steps: [ { id: a, prompt: x, options: { onError: continue } }, { id: b, prompt: '{{a}}', dependsOn: [a], when: 'a != null' } ] }")]
    [InlineData("{ steps: [ { id: a, prompt: x, writes: [crm] }, { id: b, prompt: x, writes: [crm] } ], finally: [b] }")]
    [InlineData("{ steps: [ { id: b, prompt: x, outputKey: k }, { id: a, prompt: x, outputKey: k } ], finally: [b] }")]
    [InlineData("{ steps: [ { id: b, prompt: '{{a}} {{a.status}}', when: \"steps.a.status == 'failed'\" }, { id: a, prompt: x } ], finally: [b] }")]
    [InlineData("{ steps: [ { id: b, prompt: x, options: { fallback: { step: s } } }, { id: s, prompt: '{{a}} {{b.error.kind}}' }, { id: a, " +
        "prompt: x } ], finally: [b] }")]
    [InlineData("{ steps: [ { id: a, prompt: x, options: { onError: { timeout: { step: s }, default: { step: t } } } }, { id: s, prompt: x }, { " +
        "id: t, prompt: x }, { id: b, prompt: x, join: any, dependsOn: [s, t] } ] }")]
    public void Definition_without_mistakes_gives_no_warning(string yaml) => Assert.Empty(Findings($"# YAML\n{yaml}", ["http_request"]));

    [Fact]
    public void Fan_out_wider_than_twenty_times_the_slots_is_warned_of_unless_something_limits_it()
    {
        var steps = string.Concat(Enumerable.Range(0, 41).Select(step => $"\n  - {{ id: s{step}, prompt: x, dependsOn: [a] }}"));

        Assert.Equal("wide-fan-out", Assert.Single(Findings($"options: {{ maxParallelism: 2 }}\nsteps:\n  - {{ id: a, prompt: x }}{steps}")).Code);
        Assert.Empty(Findings($"options: {{ maxParallelism: 2, queueSize: 100 }}\nsteps:\n  - {{ id: a, prompt: x }}{steps}"));
        Assert.Empty(Findings($"options: {{ maxParallelism: 3 }}\nsteps:\n  - {{ id: a, prompt: x }}{steps}"));
    }

    [Fact]
    public void More_than_a_thousand_steps_are_warned_of()
    {
        var steps = string.Concat(
            Enumerable.Range(0, 1_001).Select(step => $"\n  - {{ id: s{step}, prompt: x{(step == 0 ? "" : $", dependsOn: [s{step - 1}]")} }}"));

        Assert.Equal("many-steps", Assert.Single(Findings($"steps:{steps}")).Code);
    }

    [Fact]
    public void Step_behind_one_that_never_runs_is_not_reported_a_second_time()
    {
        Assert.Equal("constant-condition", Assert.Single(Findings("""
            steps:
              - { id: a, prompt: x, when: "false" }
              - { id: b, prompt: x, dependsOn: [a] }
            """)).Code);
    }
}
