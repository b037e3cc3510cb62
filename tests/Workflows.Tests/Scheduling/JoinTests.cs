using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Workflows.Tests.Scheduling;

public class JoinTests
{
    [Fact]
    public void Any_starts_at_the_first_success_with_exactly_what_had_completed_then()
    {
        var run = Run(Join(JoinKind.Any), (30, true), (10, false), (20, true));

        var start = run.Commands.OfType<SchedulerCommand.StartStep>().Single(start => start.Step == 3);
        Assert.Equal(SimulatedRun.Start.AddMilliseconds(20), start.ReadyAt);
        Assert.Equal([2], start.Available!);
        Assert.Equal(StepStatus.Completed, run.Scheduler.StatusOf(3));
    }

    [Fact]
    public void Any_is_skipped_when_all_ended_and_none_succeeded()
    {
        var run = Run(Join(JoinKind.Any), (10, false), (20, false), (30, false));

        Assert.Equal(StepStatus.Skipped, run.Scheduler.StatusOf(3));
        Assert.Equal(TimeSpan.FromMilliseconds(30), run.Makespan);
    }

    [Fact]
    public void Settled_starts_when_all_have_ended_with_any_status()
    {
        var run = Run(Join(JoinKind.Settled), (30, true), (10, false), (20, false));

        Assert.Equal(SimulatedRun.Start.AddMilliseconds(30), run.Starts.Single(start => start.Step == 3).Begin);
        Assert.Equal(StepStatus.Completed, run.Scheduler.StatusOf(3));
    }

    [Fact]
    public void All_is_skipped_as_soon_as_one_did_not_succeed()
    {
        var run = Run(Join(JoinKind.All), (30, true), (10, false), (20, true));

        Assert.Equal(StepStatus.Skipped, run.Scheduler.StatusOf(3));
        Assert.Equal(SimulatedRun.Start.AddMilliseconds(10), run.RecordedAt(3));
    }

    [Fact]
    public void Step_skipped_by_its_condition_counts_as_no_success()
    {
        var plan = Plans.Of(10, Plans.Step("a"), Plans.Step("b", 0), Plans.Step("c", 0) with { Join = JoinKind.Settled });
        var run = new SimulatedRun(plan, (step, _) => step == 0
            ? new SimulatedAttempt(TimeSpan.FromMilliseconds(1), new StepOutcome { Status = StepStatus.Skipped, Reason = StepReason.Condition })
            : SimulatedAttempt.Success(1)).Run();

        Assert.Equal(
            [StepStatus.Skipped, StepStatus.Skipped, StepStatus.Completed], Enumerable.Range(0, 3).Select(run.Scheduler.StatusOf));
        Assert.Equal(RunStatus.Completed, run.End!.Status);
    }

    [Fact]
    public void Condition_known_to_be_false_skips_without_executing()
    {
        var run = new SimulatedRun(
            Plans.Of(10, Plans.Step("a") with { Never = true }, Plans.Step("b", 0)), (_, _) => SimulatedAttempt.Success(1)).Run();

        Assert.Empty(run.Starts);
        Assert.Equal([StepReason.Condition, StepReason.Dependency], run.Records.Select(record => record.Reason!));
        Assert.Equal(RunStatus.Completed, run.End!.Status);
    }

    /// <summary>With `continue` and free slots, what becomes of a step follows from its dependencies alone, whatever the order of events.</summary>
    [Fact]
    public void Random_graphs_with_all_and_settled_joins_end_as_their_definition_says()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var steps = Enumerable.Range(0, random.Next(1, 30)).Select(step => new GraphStep($"s{step}")
            {
                DependsOn = [.. Enumerable.Range(0, step).Where(_ => random.NextDouble() < 0.15)],
                Join = random.Next(3) == 0 ? JoinKind.Settled : JoinKind.All,
                OnError = random.Next(4) == 0 ? new FailureRule(new FailureAction(FailureActionKind.Continue)) : null,
            }).ToArray();
            var fails = steps.Select(_ => random.NextDouble() < 0.2).ToArray();
            var plan = Plans.Of(random.Next(1, 8), steps) with { OnStepFailure = FailurePolicy.Continue };
            var run = new SimulatedRun(
                plan, (step, _) => fails[step] ? SimulatedAttempt.Failure(random.Next(1, 100)) : SimulatedAttempt.Success(random.Next(1, 100))).Run();

            var succeeded = new bool[steps.Length];
            for (var step = 0; step < steps.Length; step++)
            {
                var runs = steps[step].Join == JoinKind.Settled || steps[step].DependsOn.All(dependency => succeeded[dependency]);
                var expected = !runs ? StepStatus.Skipped : fails[step] ? StepStatus.Failed : StepStatus.Completed;
                succeeded[step] = expected == StepStatus.Completed || (expected == StepStatus.Failed && steps[step].OnError is not null);
                Assert.True(
                    expected == run.Scheduler.StatusOf(step), $"Seed {seed}, step {step}: {run.Scheduler.StatusOf(step)} instead of {expected}.");
            }
        }
    }

    private static RunPlan Join(JoinKind join) =>
        Plans.Of(10, Plans.Step("a"), Plans.Step("b"), Plans.Step("c"), Plans.Step("joined", 0, 1, 2) with { Join = join }) with
        {
            OnStepFailure = FailurePolicy.Continue,
        };

    private static SimulatedRun Run(RunPlan plan, params (int Milliseconds, bool Succeeds)[] work) => new SimulatedRun(
        plan,
        (step, _) => step >= work.Length ? SimulatedAttempt.Success(1)
            : work[step].Succeeds ? SimulatedAttempt.Success(work[step].Milliseconds) : SimulatedAttempt.Failure(work[step].Milliseconds)).Run();
}
