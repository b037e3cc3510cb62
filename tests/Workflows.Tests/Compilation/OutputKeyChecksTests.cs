using Orchestrator.Workflows.Diagnostics;
using static Orchestrator.Workflows.Tests.Compilation.Definitions;

namespace Orchestrator.Workflows.Tests.Compilation;

public class OutputKeyChecksTests
{
    [Fact]
    public void Writers_of_one_key_that_run_one_after_the_other_are_allowed()
    {
        Compile("""
            steps:
              - { id: a, prompt: x, outputKey: k }
              - { id: between, prompt: x, dependsOn: [a] }
              - { id: b, prompt: x, outputKey: k, dependsOn: [between] }
            """);
    }

    [Fact]
    public void Writers_of_one_key_that_may_run_at_the_same_time_are_one_error_that_names_both()
    {
        var finding = Assert.Single(Findings("""
            steps:
              - { id: a, prompt: x, outputKey: k }
              - { id: b, prompt: x, outputKey: k }
            """));

        Assert.Equal((DiagnosticCodes.DuplicateOutputKey, "/steps/1/outputKey", 3), (finding.Code, finding.Pointer, finding.Line));
        Assert.Contains("'a' and 'b'", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Writers_of_one_key_that_merge_alike_may_run_at_the_same_time()
    {
        Compile("""
            steps:
              - { id: a, prompt: x, outputKey: k, merge: append }
              - { id: b, prompt: x, outputKey: k, merge: append }
            """);
    }

    [Fact]
    public void Writers_of_one_key_that_merge_differently_are_one_error()
    {
        var finding = Assert.Single(Findings("""
            steps:
              - { id: a, prompt: x, outputKey: k, merge: append }
              - { id: b, prompt: x, outputKey: k, merge: last }
            """));

        Assert.Equal((DiagnosticCodes.DuplicateOutputKey, "/steps/1/merge"), (finding.Code, finding.Pointer));
    }

    [Fact]
    public void Two_steps_of_one_id_are_not_reported_a_second_time_for_their_key()
    {
        Assert.Equal(DiagnosticCodes.DuplicateStep, Assert.Single(Findings("""
            steps:
              - { id: a, prompt: x }
              - { id: a, prompt: x }
            """)).Code);
    }
}
