using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Tests.Usage;

public sealed class RunTimelinePropertyTests
{
    // Any graph, run greedily without limits: every step starts when its last dependency ends.
    private static readonly Arbitrary<TimelineStep[]> Runs = Gen.Choose(0, 40)
        .SelectMany(count => Gen.Choose(0, int.MaxValue - 1).ArrayOf(count * 4).Select(numbers => Run(count, numbers)))
        .ToArbitrary();

    [Fact]
    public void Measure_of_a_greedy_run_finds_its_total_on_the_critical_path() =>
        Prop.ForAll(Runs, steps =>
        {
            var timeline = RunTimeline.Measure(steps, null);
            Assert.Equal(timeline.TotalDurationMs, timeline.CriticalPathMs);
            Assert.Equal(timeline.CriticalPathMs, timeline.BoundMs);
            Assert.True(timeline.WorkMs >= timeline.CriticalPathMs);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Measure_of_any_order_of_steps_is_the_same() =>
        Prop.ForAll(Runs, steps =>
        {
            var last = steps.Length - 1;
            var reversed = steps.Reverse().Select(step => step with { Dependencies = [.. step.Dependencies.Select(d => last - d)] });
            Assert.Equal(RunTimeline.Measure(steps, 3), RunTimeline.Measure([.. reversed], 3));
        }).QuickCheckThrowOnFailure();

    private static TimelineStep[] Run(int count, int[] numbers)
    {
        var start = new DateTimeOffset(2026, 2, 3, 0, 0, 0, TimeSpan.Zero);
        var steps = new TimelineStep[count];
        for (var i = 0; i < count; i++)
        {
            var dependencies = i == 0 ? [] : numbers[(i * 4)..((i * 4) + 3)].Select(n => n % i).Distinct().ToArray();
            var began = dependencies.Select(d => steps[d].Completed!.Value).DefaultIfEmpty(start).Max();
            steps[i] =
                new TimelineStep(dependencies) { Ready = began, Started = began, Completed = began.AddMilliseconds(numbers[(i * 4) + 3] % 5_000) };
        }

        return steps;
    }
}
