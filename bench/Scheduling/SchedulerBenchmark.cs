using System.Diagnostics;
using Orchestrator.Bench.Reporting;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Bench.Scheduling;

/// <summary>Measures the scheduler alone, to show that a run is linear in its steps.</summary>
internal sealed class SchedulerBenchmark : IBenchmark
{
    private const int Times = 21;
    private const int WarmUps = 5;
    private const double MostAllowed = 2.2;

    private static readonly int[] Sizes = [10_000, 20_000, 100_000];
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;
    private static readonly StepOutcome Completed = new() { Status = StepStatus.Completed };

    public string Name => "scheduler";

    public string Title => "WorkflowScheduler without any host";

    public Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (name, make) in PlanShapes.All.Where(shape => options.Wants(shape.Name)))
        {
            var sizes = Measure([.. Sizes.Select(make)]);
            var (time, bytes) = (sizes[1].Seconds.Min / sizes[0].Seconds.Min, (double)sizes[1].Bytes / sizes[0].Bytes);
            WrongAnswerException.ThrowUnless(bytes <= MostAllowed, $"{name}: 20,000 steps allocate {bytes} times what 10,000 do.");
            rows.Add(
            [
                $"{Figures.Of(time, 2)}{(time <= MostAllowed ? "" : " **above 2.2**")}", Figures.Of(bytes, 2), name,
                .. sizes.Zip(Sizes, (size, count) => Figures.Of(size.Seconds.Min * 1e9 / count)),
                .. sizes.Zip(Sizes, (size, count) => Figures.Of((double)size.Bytes / count)),
                Machine.Load(),
            ]);
        }

        report.Table(
            [
                "time 20,000 ÷ 10,000", "bytes 20,000 ÷ 10,000", "shape", "ns/step 10,000", "20,000", "100,000",
                "B/step 10,000", "20,000", "100,000", "load",
            ],
            rows);
        report.Paragraph(
            $"Goal: both ratios ≤ {MostAllowed} (2 is linear). Compiling the graph, all facts, all commands; the least of {Times} times in turn "
            + "with the other sizes, since others only ever add time. Bounded by allocation, and by caches and garbage collections, which cost "
            + "more per step where more of the graph is alive.");
        return Task.CompletedTask;
    }

    private static IReadOnlyList<(Sample Seconds, long Bytes)> Measure(RunPlan[] plans)
    {
        for (var turn = 0; turn < WarmUps; turn++)
        {
            Time(plans[0]);
        }

        var times = plans.Select(_ => new List<(double Seconds, long Bytes)>()).ToList();
        for (var turn = 0; turn < Times; turn++)
        {
            for (var size = 0; size < plans.Length; size++)
            {
                times[size].Add(Time(plans[size]));
            }
        }

        return [.. times.Select(runs => (new Sample(runs.Select(run => run.Seconds)), runs[^1].Bytes))];
    }

    private static (double Seconds, long Bytes) Time(RunPlan plan)
    {
        var executing = new Queue<(int Step, int Attempt)>(plan.Steps.Count);
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        Run(plan, executing);
        return (Stopwatch.GetElapsedTime(started).TotalSeconds, GC.GetAllocatedBytesForCurrentThread() - allocated);
    }

    private static void Run(RunPlan plan, Queue<(int Step, int Attempt)> executing)
    {
        var scheduler = new WorkflowScheduler(plan);
        Start(scheduler.Apply(new SchedulerFact.RunStarted(At)), executing);
        while (executing.TryDequeue(out var ended))
        {
            Start(scheduler.Apply(new SchedulerFact.StepEnded(At, ended.Step, ended.Attempt, Completed)), executing);
        }

        WrongAnswerException.ThrowUnless(
            scheduler is { IsComplete: true, Status: RunStatus.Completed } && scheduler.Done == plan.Steps.Count,
            $"{scheduler.Done} of {plan.Steps.Count} steps ended.");
    }

    private static void Start(IReadOnlyList<SchedulerCommand> commands, Queue<(int Step, int Attempt)> executing)
    {
        foreach (var command in commands)
        {
            if (command is SchedulerCommand.StartStep start)
            {
                executing.Enqueue((start.Step, start.Attempt));
            }
        }
    }
}

/// <summary>Makes plans of any size in a few shapes.</summary>
internal static class PlanShapes
{
    public static IReadOnlyList<(string Name, Func<int, RunPlan> Make)> All { get; } =
    [
        ("chain", count => Plan(count, step => step == 0 ? [] : [step - 1])),
        ("fan-out", count => Plan(count, step => step == 0 ? [] : [0])),
        ("fan-in", count => Plan(count, step => step == count - 1 ? [.. Enumerable.Range(0, count - 1)] : [])),
        ("layers of 100", count => Plan(count, step => step < 100 ? []
            : step % 2 == 0 ? [step - 100]
            : [step - 100, step - 100 - (step % 100) + ((step + 7) % 100)])),
    ];

    private static RunPlan Plan(int count, Func<int, int[]> dependsOn) => new()
    {
        RunId = "bench",
        Steps =
        [
            .. Enumerable.Range(0, count)
                .Select(step => new GraphStep($"s{step}") { DependsOn = dependsOn(step), EstimatedMs = 1_000, Paced = true }),
        ],
        MaxParallelism = 50,
        ParallelBatchDelayMs = 0,
    };
}
