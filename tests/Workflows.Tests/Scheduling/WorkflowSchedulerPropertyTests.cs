using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Workflows.Tests.Scheduling;

/// <summary>Laws that hold for every graph, every duration and every pattern of failures. A failing case prints its seed.</summary>
public class WorkflowSchedulerPropertyTests
{
    private const int Cases = 3_000;

    [Fact]
    public void Random_runs_respect_dependencies_slots_and_attempts()
    {
        ForEachSeed(random =>
        {
            var plan = RandomPlan(random);
            var failures = random.Next(3) == 0 ? random.NextDouble() * 0.3 : 0;
            var run = new SimulatedRun(plan, (_, _) => Attempt(random, failures)).Run();

            Assert.NotNull(run.End);
            Assert.True(run.MostExecuting <= plan.MaxParallelism);
            var success = run.Starts.Where(start => run.Scheduler.StatusOf(start.Step) == StepStatus.Completed)
                .GroupBy(start => start.Step).ToDictionary(group => group.Key, group => group.Last());
            foreach (var start in run.Starts)
            {
                foreach (var dependency in plan.Steps[start.Step].DependsOn)
                {
                    Assert.True(success[dependency].End <= start.Begin, $"{start} began before {success[dependency]} ended.");
                }
            }

            foreach (var step in run.Starts.GroupBy(start => start.Step))
            {
                Assert.Equal(Enumerable.Range(1, step.Count()), step.Select(start => start.Attempt));
            }

            Assert.All(Enumerable.Range(0, plan.Steps.Count), step => Assert.True(
                run.Scheduler.StatusOf(step) is StepStatus.Completed or StepStatus.Failed or StepStatus.Skipped or StepStatus.Cancelled));
            Assert.Equal(
                run.Scheduler.Failed > 0 ? RunStatus.Failed : RunStatus.Completed, run.End!.Status);
        });
    }

    [Fact]
    public void Random_runs_without_failures_stay_within_Grahams_bound()
    {
        ForEachSeed(random =>
        {
            var plan = RandomPlan(random);
            var durations = plan.Steps.Select(_ => random.Next(1, 5000)).ToArray();
            var run = new SimulatedRun(plan, (step, _) => SimulatedAttempt.Success(durations[step])).Run();

            var critical =
                new WorkflowGraph([.. plan.Steps.Select((step, index) => step with { EstimatedMs = durations[index] })]).RemainingPathMs.Max();
            double work = durations.Sum(duration => (long)duration);
            double slots = plan.MaxParallelism;
            Assert.InRange(
                run.Makespan.TotalMilliseconds, Math.Max(critical, work / slots) - 0.001, (work / slots) + ((1 - (1 / slots)) * critical) + 0.001);
        });
    }

    [Fact]
    public void Same_plan_and_same_facts_give_the_same_commands()
    {
        ForEachSeed(random =>
        {
            var plan = RandomPlan(random);
            var seed = random.Next();
            Assert.Equal(Play(plan, seed).Starts, Play(plan, seed).Starts);
        });

        static SimulatedRun Play(RunPlan plan, int seed)
        {
            var random = new Random(seed);
            return new SimulatedRun(plan, (_, _) => Attempt(random, 0.1)).Run();
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    [InlineData(10_000)]
    public void Operations_grow_linearly_with_steps_and_edges(int slots)
    {
        foreach (var (name, shape) in Shapes())
        {
            var (small, smallSize) = Count(shape(2_000), slots);
            var (large, largeSize) = Count(shape(8_000), slots);
            Assert.True(
                (double)large / largeSize <= 1.1 * small / smallSize,
                $"{name}: {small} operations for size {smallSize}, {large} for {largeSize}.");
        }

        static (long Operations, long Size) Count(RunPlan plan, int slots)
        {
            var run = new SimulatedRun(plan with { MaxParallelism = slots }, (_, _) => SimulatedAttempt.Success(1)).Run();
            return (run.Scheduler.Operations, plan.Steps.Count + plan.Steps.Sum(step => (long)step.DependsOn.Count));
        }
    }

    private static IEnumerable<(string Name, Func<int, RunPlan> Shape)> Shapes()
    {
        yield return ("chain", size => Plans.Chain(size));
        yield return ("flat", size => Plans.Of(1, [.. Enumerable.Range(0, size).Select(step => Plans.Step($"s{step}"))]));
        yield return ("fan-in", size => Plans.Of(
            1, [.. Enumerable.Range(0, size).Select(step => Plans.Step($"s{step}", step == size - 1 ? [.. Enumerable.Range(0, step)] : []))]));
        yield return ("layers", size => Plans.Of(
            1, [.. Enumerable.Range(0, size)
                .Select(step => Plans.Step($"s{step}", step < 20 ? [] : [.. Enumerable.Range((step / 20 * 20) - 20, 20)]))]));
    }

    private static void ForEachSeed(Action<Random> law)
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            try
            {
                law(new Random(seed));
            }
            catch (Exception exception)
            {
                throw new Xunit.Sdk.XunitException($"Seed {seed}: {exception.Message}", exception);
            }
        }
    }

    private static RunPlan RandomPlan(Random random)
    {
        var count = random.Next(1, 60);
        var density = random.NextDouble() * random.NextDouble();
        var names = Enumerable.Range(0, count).ToArray();
        random.Shuffle(names);
        var steps = new GraphStep[count];
        for (var rank = 0; rank < count; rank++)
        {
            // Edges follow a hidden order, so that dependencies may stand before or behind in the definition.
            var dependencies = names.Take(rank).Where(_ => random.NextDouble() < density).ToArray();
            steps[names[rank]] = new GraphStep($"s{names[rank]}")
            {
                DependsOn = dependencies,
                EstimatedMs = random.Next(1, 5000),
                Retry = random.Next(2) == 0 ? new RetryRule { MaxAttempts = random.Next(1, 4) } : null,
            };
        }

        return Plans.Of(random.Next(1, 12), steps);
    }

    private static SimulatedAttempt Attempt(Random random, double failures)
    {
        var milliseconds = random.Next(1, 5000);
        return random.NextDouble() >= failures
            ? SimulatedAttempt.Success(milliseconds)
            : SimulatedAttempt.Failure(milliseconds, random.Next(2) == 0 ? ErrorKind.Unavailable : ErrorKind.ToolFailed);
    }
}
