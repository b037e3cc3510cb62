using Orchestrator.Activities.Feed;
using Orchestrator.Bench.App;
using Orchestrator.Bench.Reporting;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Bench.Recovery;

/// <summary>Measures repeated restarts of the whole app with a run most of whose steps have ended.</summary>
internal static class AppRecovery
{
    public const string Name = "whole app";

    private const int Enough = 9_500;
    private const double GoalSeconds = 1;

    private static readonly LayersCase Workload = new(Name, 100, 100, LatencyMs: 0, MaxParallelism: 50);

    public static async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var state = options.NewFolder();
        try
        {
            var (instance, run) = await StopInTheMiddleAsync(state);
            var rows = new List<IReadOnlyList<string>>();
            for (var turn = 0; turn < options.Repeat; turn++)
            {
                rows.Add(await RestartAsync(state, instance));
            }

            await FinishAsync(state, instance, run);
            report.Table(
                [
                    "ratio to the goal", "what", "finished steps", "seconds until work goes on", "CPU s", "store reads", "managed memory "
                    + "B/step", "load",
                ],
                rows);
            report.Paragraph(
                $"The whole app with a run of {Workload.Steps:N0} mocked prompts in {Workload.Layers} layers, stopped and started {options.Repeat} "
                + "times in turn: from opening the journal until the next step begins, which is when the app first writes to its store. Goal: < 1 "
                + "s with 10,000 finished steps.");
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private static async Task<(string Instance, string Run)> StopInTheMiddleAsync(string state)
    {
        await using var app = await MeasuredApp.StartAsync(state);
        var run = await app.Get<RunStarter>().StartAsync(app.Client, LayersRun.Request(Workload), CancellationToken.None);
        while (await DoneAsync(app, run.InstanceId) < Enough)
        {
            await Task.Delay(10);
        }

        return (run.InstanceId, run.RunId);
    }

    private static async Task<IReadOnlyList<string>> RestartAsync(string state, string instance)
    {
        var (row, done, app, reachable) = await MeasureAsync(state, instance);
        var held = await HeldMemory.FreedAsync(app, reachable);
        return [.. row, Figures.Of((double)held / done), Machine.Load()];
    }

    private static async Task<(IReadOnlyList<string> Row, int Done, WeakReference App, long Reachable)> MeasureAsync(string state, string instance)
    {
        var meter = new ProcessMeter();
        await using var app = await MeasuredApp.StartAsync(state);
        await app.Store.FirstAppend;
        var (seconds, processor, reads) = (meter.Elapsed.TotalSeconds, meter.ProcessorTime.TotalSeconds, app.Store.Reads);
        var reachable = HeldMemory.Reachable();
        var done = await DoneAsync(app, instance);
        MarkdownReport.Progress($"{Name}: {Figures.Of(seconds, 3)} s");
        WrongAnswerException.ThrowUnless(done >= Enough && done < Workload.Steps, $"{Name}: {done} steps had ended when it was measured.");
        IReadOnlyList<string> row =
            [Figures.Of(seconds / GoalSeconds, 2), Name, $"{done:N0}", Figures.Of(seconds, 3), Figures.Of(processor, 2), $"{reads:N0}"];
        return (row, done, new WeakReference(app), reachable);
    }

    private static async Task FinishAsync(string state, string instance, string run)
    {
        await using var app = await MeasuredApp.StartAsync(state);
        await app.Client.WaitForInstanceCompletionAsync(instance, CancellationToken.None);
        var document = await app.Get<RunReader>().FindAsync(run, CancellationToken.None);
        WrongAnswerException.ThrowUnless(
            document is { Status: RunStatus.Completed } && document.Progress == new RunProgress(Workload.Steps, Workload.Steps),
            $"{Name}: the run ended as {document?.Status}.");
    }

    private static async Task<int> DoneAsync(MeasuredApp app, string instance) =>
        (await app.Client.GetInstanceAsync(instance, getInputsAndOutputs: true))?.SerializedCustomStatus is { } status
            ? System.Text.Json.JsonSerializer.Deserialize<RunProgressStatus>(status, WorkflowJson.Compact)!.Done
            : 0;
}
