using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Tests.Scheduling;

namespace Orchestrator.Workflows.Tests.Compilation;

/// <summary>Fallbacks are edges like dependencies: what would wait for ever is refused, and the rest ends.</summary>
[Trait("Trust", "5")]
public class FallbackHangTests
{
    [Fact]
    public void Fallback_of_a_final_step_runs_in_the_final_phase()
    {
        var run = Run(
            """
            steps:
              - { id: a, prompt: a }
              - { id: notify, prompt: n, options: { fallback: { step: other } } }
              - { id: other, prompt: o, options: { fallback: { step: last } } }
              - { id: last, prompt: l }
            finally: [notify]
            """,
            (id, attempt) => attempt == 1 && id is "notify" or "other");

        Assert.Equal(["a", "notify", "other", "last", "other", "notify"], run.Starts.Select(start => run.Scheduler.Graph.Steps[start.Step].Id));
        Assert.Equal(RunStatus.Completed, run.End!.Status);
    }

    [Fact]
    public void Fallback_of_a_final_step_that_is_not_needed_is_skipped_and_the_run_ends()
    {
        var run = Run(
            """
            steps:
              - { id: a, prompt: a }
              - { id: notify, prompt: n, options: { fallback: { step: other } } }
              - { id: other, prompt: o }
            finally: [notify]
            """,
            (id, _) => id == "a");

        Assert.Equal((RunStatus.Failed, StepStatus.Skipped), (run.End!.Status, run.Scheduler.StatusOf(2)));
    }

    [Theory]
    [InlineData("[{ id: a, prompt: x, options: { fallback: { step: b } } }, { id: b, prompt: x, options: { fallback: { step: a } } }]")]
    [InlineData("[{ id: a, prompt: x, options: { fallback: { step: b } } }, { id: b, prompt: x, options: { fallback: { step: c } } }, { id: c, " +
        "prompt: x, options: { onError: { timeout: { step: a } } } }]")]
    [InlineData("[{ id: a, prompt: x, options: { fallback: { step: b } } }, { id: b, prompt: x, dependsOn: [a] }]")]
    [InlineData("[{ id: a, prompt: x, options: { fallback: { step: b } } }, { id: between, prompt: x, dependsOn: [a] }, { id: b, prompt: x, " +
        "dependsOn: [between] }]")]
    [InlineData("[{ id: a, prompt: x, dependsOn: [b], options: { fallback: { step: b } } }, { id: b, prompt: x }]")]
    [InlineData("[{ id: a, prompt: x, dependsOn: [between], options: { fallback: { step: b } } }, { id: between, prompt: x, dependsOn: [b], join: " +
        "settled }, { id: b, prompt: x }]")]
    public void Steps_that_wait_for_one_another_over_a_fallback_are_refused(string steps)
    {
        var error = Assert.Single(Definitions.Findings($"steps: {steps}"), finding => finding.Severity == DiagnosticSeverity.Error);

        Assert.Equal(DiagnosticCodes.WrongFallback, error.Code);
        Assert.Contains("wait for one another: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Step_that_needs_a_fallback_of_a_final_step_is_refused()
    {
        var error = Assert.Single(Definitions.Findings("""
            steps:
              - { id: a, prompt: a, dependsOn: [other] }
              - { id: notify, prompt: n, options: { fallback: { step: other } } }
              - { id: other, prompt: o }
            finally: [notify]
            """));

        Assert.Equal((DiagnosticCodes.WrongFinally, "a"), (error.Code, error.Step));
    }

    [Fact]
    public void Fallback_that_needs_another_fallback_of_its_step_is_skipped_with_that()
    {
        var run = Run(
            """
            steps:
              - { id: a, prompt: a, options: { onError: { contentFiltered: { step: milder }, default: { step: other } } } }
              - { id: milder, prompt: m }
              - { id: other, prompt: o, dependsOn: [milder] }
            """,
            (id, _) => id == "a");

        Assert.Equal([StepStatus.Failed, StepStatus.Skipped, StepStatus.Skipped], [.. Enumerable.Range(0, 3).Select(run.Scheduler.StatusOf)]);
        Assert.Equal(RunStatus.Failed, run.End!.Status);
    }

    [Fact]
    public void Fallback_of_several_steps_runs_once_and_every_one_that_failed_takes_its_output_over()
    {
        var run = Run(
            """
            options: { maxParallelism: 1 }
            steps:
              - { id: a, prompt: a, options: { fallback: { step: other } } }
              - { id: b, prompt: b, options: { fallback: { step: other } } }
              - { id: c, prompt: c, options: { fallback: { step: other } } }
              - { id: other, prompt: o }
            """,
            (id, attempt) => attempt == 1 && id is "a" or "c");

        Assert.Equal(RunStatus.Completed, run.End!.Status);
        Assert.Single(run.Starts, start => start.Step == 3);
        Assert.Equal([2, 1, 2], [.. Enumerable.Range(0, 3).Select(run.Scheduler.AttemptOf)]);
    }

    [Fact]
    public void Fallback_that_failed_with_onError_continue_lets_the_dependents_of_its_caller_go_on()
    {
        var run = Run(
            """
            steps:
              - { id: a, prompt: a, options: { fallback: { step: other } } }
              - { id: other, prompt: o, options: { onError: continue } }
              - { id: after, prompt: z, dependsOn: [a] }
            """,
            (id, _) => id is "a" or "other");

        Assert.Equal([StepStatus.Failed, StepStatus.Failed, StepStatus.Completed], [.. Enumerable.Range(0, 3).Select(run.Scheduler.StatusOf)]);
        Assert.Equal(RunStatus.Completed, run.End!.Status);
    }

    [Fact]
    public void Failure_of_a_fallback_leaves_the_failure_of_its_step_as_that_of_the_run()
    {
        var plan = Plans.Of(
            4, Plans.Step("a") with { OnError = new FailureRule(new FailureAction(FailureActionKind.Step, 1)) },
            Plans.Step("b") with { IsFallback = true });
        var run = new SimulatedRun(plan, (step, _) => SimulatedAttempt.Failure(10, step == 0 ? ErrorKind.ContextLength : ErrorKind.ToolFailed)).Run();

        Assert.Equal(ErrorKind.ContextLength, run.End!.Error!.Kind);
    }

    [Fact]
    public void Run_that_cannot_go_on_ends_and_names_the_steps_that_wait()
    {
        // The compiler would refuse this plan: a final step has a fallback that is not final.
        var plan = Plans.Of(
            4,
            Plans.Step("a") with { OnError = new FailureRule(new FailureAction(FailureActionKind.Step, 1)), IsFinal = true },
            Plans.Step("waiting") with { IsFallback = true },
            Plans.Step("behind", 1));
        var run = new SimulatedRun(plan, (_, _) => SimulatedAttempt.Success(10)).Run();

        Assert.Equal((RunStatus.Failed, ErrorKind.Internal), (run.End!.Status, run.End.Error!.Kind));
        Assert.Contains("'waiting', 'behind'", run.End.Error.Message, StringComparison.Ordinal);
        Assert.Equal(StepStatus.Completed, run.Scheduler.StatusOf(0));
    }

    /// <param name="fails">By id and attempt.</param>
    private static SimulatedRun Run(string yaml, Func<string, int, bool> fails)
    {
        var workflow = Definitions.Compile(yaml);
        var plan = Plans.Of(workflow.Definition.Options.MaxParallelism ?? 10, [.. workflow.Graph.Steps]);
        return new SimulatedRun(
            plan,
            (step, attempt) => fails(workflow.Graph.Steps[step].Id, attempt) ? SimulatedAttempt.Failure(10) : SimulatedAttempt.Success(10)).Run();
    }
}
