using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Workflows.Tests.Scheduling;

public class AdaptiveSlotsTests
{
    private static readonly DateTimeOffset Start = SimulatedRun.Start;

    [Fact]
    public void Refusal_for_the_rate_halves_the_slots_once_for_all_that_started_before()
    {
        var slots = new AdaptiveSlots(10, adaptive: true);

        slots.Adjust(Start.AddSeconds(2), Refused(Start.AddSeconds(1)));
        slots.Adjust(Start.AddSeconds(2), Refused(Start.AddSeconds(1)));
        Assert.Equal(5, slots.Count);

        slots.Adjust(Start.AddSeconds(4), Refused(Start.AddSeconds(3)));
        Assert.Equal(2, slots.Count);
    }

    [Fact]
    public void Slots_stay_between_one_and_the_maximum()
    {
        var few = new AdaptiveSlots(1, adaptive: true);
        few.Adjust(Start, Refused(Start));
        var many = new AdaptiveSlots(10, adaptive: true);
        for (var step = 0; step < 5_000; step++)
        {
            many.Adjust(Start, Success());
        }

        Assert.Equal((1, AdaptiveSlots.Max), (few.Count, many.Count));
    }

    [Fact]
    public void A_round_of_successes_brings_one_more_slot()
    {
        var slots = new AdaptiveSlots(10, adaptive: true);
        for (var step = 0; step < 11; step++)
        {
            slots.Adjust(Start, Success());
        }

        Assert.Equal(11, slots.Count);
    }

    [Fact]
    public void Fixed_slots_do_not_change()
    {
        var slots = new AdaptiveSlots(10, adaptive: false);
        slots.Adjust(Start, Refused(Start));
        slots.Adjust(Start, Success());

        Assert.Equal(10, slots.Count);
    }

    [Fact]
    public void Adaptive_run_starts_fewer_steps_at_a_time_after_a_refusal()
    {
        var plan = Plans.Of(4, [.. Enumerable.Range(0, 12).Select(step => Plans.Step($"s{step}"))]) with
        {
            AdaptiveParallelism = true,
            OnStepFailure = Workflows.Definitions.FailurePolicy.Continue,
        };
        var run =
            new SimulatedRun(plan, (step, _) => step < 4 ? SimulatedAttempt.Failure(10, ErrorKind.RateLimited) : SimulatedAttempt.Success(10)).Run();

        var after = run.Starts.Where(start => start.Step >= 4).GroupBy(start => start.Begin).Select(group => group.Count()).ToList();
        Assert.Equal((4, 2), (run.MostExecuting, after[0]));
    }

    private static StepOutcome Success() => new() { Status = StepStatus.Completed };

    private static StepOutcome Refused(DateTimeOffset startedAt) => new()
    {
        Status = StepStatus.Failed,
        StartedAt = startedAt,
        Error = new WorkflowError(ErrorKind.RateLimited, "Too many requests."),
    };
}
