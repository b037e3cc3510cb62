using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Tests.Usage;

public sealed class RunTimelineTests
{
    private static readonly DateTimeOffset Start = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Measure_of_the_seeds_example_finds_four_parallel_critiques_and_two_after_them()
    {
        var steps = Enumerable.Range(0, 4).Select(_ => Step(0, 2_000))
            .Concat(Enumerable.Range(0, 2).Select(_ => Step(2_000, 4_000, 0, 1, 2, 3)));

        Assert.Equal(new RunTimeline(4_000, 4_000, 12_000, 4_000, 3.0), RunTimeline.Measure([.. steps], 4));
    }

    [Fact]
    public void Measure_of_a_chain_is_sequential()
    {
        TimelineStep[] steps = [Step(0, 100), Step(100, 300, 0), Step(300, 600, 1)];

        Assert.Equal(new RunTimeline(600, 600, 600, 600, 1.0), RunTimeline.Measure(steps, null));
    }

    [Fact]
    public void Measure_of_a_diamond_follows_its_longer_side_in_any_order()
    {
        TimelineStep[] steps = [Step(400, 500, 1, 2), Step(100, 400, 3), Step(100, 200, 3), Step(0, 100)];

        Assert.Equal(new RunTimeline(500, 500, 600, 500, 1.2), RunTimeline.Measure(steps, 2));
    }

    [Fact]
    public void Measure_with_few_slots_is_bound_by_the_work()
    {
        TimelineStep[] steps = [Step(0, 100), Step(0, 100), Step(100, 200), Step(100, 200), Step(200, 301)];

        Assert.Equal(new RunTimeline(301, 101, 501, 251, 501.0 / 301), RunTimeline.Measure(steps, 2));
        Assert.Equal(101, RunTimeline.Measure(steps, null).BoundMs);
    }

    [Fact]
    public void Measure_counts_the_wait_for_a_slot_in_the_total_only()
    {
        var step = Step(300, 400) with { Ready = Start };

        Assert.Equal(new RunTimeline(400, 100, 100, 100, 0.25), RunTimeline.Measure([step], 1));
    }

    [Fact]
    public void Measure_goes_through_steps_that_were_not_executed()
    {
        TimelineStep[] steps = [Step(0, 100), new TimelineStep([0]) { Ready = Start }, Step(100, 200, 1)];

        Assert.Equal(new RunTimeline(200, 200, 200, 200, 1.0), RunTimeline.Measure(steps, null));
    }

    [Fact]
    public void Measure_of_no_steps_is_zero()
    {
        Assert.Equal(new RunTimeline(0, 0, 0, 0, 0), RunTimeline.Measure([], 4));
        Assert.Equal(new RunTimeline(0, 0, 0, 0, 0), RunTimeline.Measure([new TimelineStep([])], null));
        Assert.Equal(new RunTimeline(0, 0, 0, 0, 0), RunTimeline.Measure([Step(0, 0)], null));
    }

    [Fact]
    public void Measure_of_clocks_that_differ_is_never_negative() =>
        Assert.Equal(new RunTimeline(0, 0, 0, 0, 0), RunTimeline.Measure([Step(100, 50)], null));

    [Theory]
    [InlineData(1_000)]
    [InlineData(100_000)]
    public void Measure_of_many_steps_uses_no_recursion(int count)
    {
        var chain = Enumerable.Range(0, count).Select(i => Step(i, i + 1, i == 0 ? [] : [i - 1])).ToList();

        Assert.Equal(new RunTimeline(count, count, count, count, 1.0), RunTimeline.Measure(chain, 10));
    }

    [Fact]
    public void Measure_of_invalid_dependencies_is_refused()
    {
        Assert.Contains(
            "Step 0 depends on step 7", Assert.Throws<ArgumentException>(() => RunTimeline.Measure([Step(0, 1, 7)], null)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "cycle", Assert.Throws<ArgumentException>(() => RunTimeline.Measure([Step(0, 1, 1), Step(0, 1, 0)], null)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => RunTimeline.Measure([], 0));
    }

    private static TimelineStep Step(int started, int completed, params int[] dependencies) =>
        new(dependencies)
        {
            Ready = Start.AddMilliseconds(started),
            Started = Start.AddMilliseconds(started),
            Completed = Start.AddMilliseconds(completed)
        };
}
