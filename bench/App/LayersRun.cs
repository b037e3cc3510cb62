using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Bench.Reporting;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Bench.App;

/// <summary>Runs a case once in a new state folder, measures it and checks its result.</summary>
internal static class LayersRun
{
    private const string Topic = "bounds";

    /// <summary>The request that starts the workload.</summary>
    public static StartRequest Request(IWorkload workload) => new()
    {
        Definition = LayersDefinition.Text(workload),
        Inputs = new JsonObject { ["topic"] = Topic },
        Mocks = LayersDefinition.Mocks(workload),
    };

    public static async Task<LayersMeasurement> MeasureAsync(LayersCase workload, BenchOptions options)
    {
        var state = options.NewFolder();
        try
        {
            var request = Request(workload);
            await using var app = await (workload.InMemory ? MeasuredApp.StartInMemoryAsync() : MeasuredApp.StartAsync(state));
            return await MeasureAsync(workload, app, request);
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private static async Task<LayersMeasurement> MeasureAsync(LayersCase workload, MeasuredApp app, StartRequest request)
    {
        var meter = new ProcessMeter();
        var run = await app.Get<RunStarter>().StartAsync(app.Client, request, CancellationToken.None);
        var (started, startAllocated) = (meter.Elapsed, meter.AllocatedBytes);
        var instance = await app.Client.WaitForInstanceCompletionAsync(run.InstanceId, getInputsAndOutputs: true, CancellationToken.None);
        var wall = meter.Elapsed;
        var (processor, allocated, peak) = (meter.ProcessorTime, meter.AllocatedBytes, ProcessMeter.PeakWorkingSet());
        var (values, appends, reads) = (app.Store.Values, app.Store.Appends, app.Store.Reads);
        var end = TimeProvider.System.GetUtcNow();
        WrongAnswerException.ThrowUnless(
            instance.RuntimeStatus == OrchestrationRuntimeStatus.Completed, $"{workload.Name}: the orchestration ended as {instance.RuntimeStatus}.");
        var document = await CheckAsync(workload, app.Services, run.RunId);
        return new LayersMeasurement(workload, document.Usage)
        {
            Wall = wall.TotalSeconds,
            Start = started.TotalSeconds,
            Finish = (end - document.CompletedAt!.Value).TotalSeconds,
            Processor = processor.TotalSeconds,
            AllocatedBytes = allocated,
            StartAllocatedBytes = startAllocated,
            PeakBytes = peak,
            StoreValues = values,
            StoreAppends = appends,
            StoreReads = reads,
            JournalRecords = app.Journal.Records,
            JournalBytes = app.Journal.Bytes,
        };
    }

    /// <summary>Checks the outputs of a run, and the inputs of every 97th step.</summary>
    public static async Task<RunDocument> CheckAsync(IWorkload workload, IServiceProvider app, string runId)
    {
        var document = await app.GetRequiredService<RunReader>().FindAsync(runId, CancellationToken.None)
            ?? throw new WrongAnswerException($"{workload.Name}: there is no record of the run.");
        WrongAnswerException.ThrowUnless(
            document.Status == RunStatus.Completed, $"{workload.Name}: the run ended as {document.Status}: {document.Error?.Message}");
        WrongAnswerException.ThrowUnless(
            document.Progress == new RunProgress(workload.Steps, workload.Steps),
            $"{workload.Name}: {document.Progress.Done} of {document.Progress.Total} steps ended.");
        var checkpoints = app.GetRequiredService<CheckpointStore>();
        var identity = (await app.GetRequiredService<RunStore>().FindAsync(document.RunId, CancellationToken.None))!.Identity;
        for (var step = 0; step < workload.Steps; step++)
        {
            var id = LayersCase.Id(step);
            WrongAnswerException.ThrowUnless(
                document.Steps[id] is { Status: StepStatus.Completed, Attempts: 1 },
                $"{workload.Name}: step '{id}' is {document.Steps[id].Status} after {document.Steps[id].Attempts} attempts.");
            WrongAnswerException.ThrowUnless(
                (string?)document.Outputs?[id] == LayersCase.Answer(step), $"{workload.Name}: the output of step '{id}' is {document.Outputs?[id]}.");

            // Reading every record would double the time of the benchmark. A prime distance visits all places of the layers.
            if (step % 97 == 0)
            {
                await CheckInputsAsync(workload, checkpoints, identity, step);
            }
        }

        return document;
    }

    private static async Task CheckInputsAsync(IWorkload workload, CheckpointStore checkpoints, RunIdentity run, int step)
    {
        var checkpoint = await checkpoints.FindAsync(run, LayersCase.Id(step), 1, 1, CancellationToken.None);
        var given = checkpoint?.Inputs;
        WrongAnswerException.ThrowUnless((string?)given?["topic"] == Topic, $"{workload.Name}: step '{LayersCase.Id(step)}' did not get the input.");
        foreach (var dependency in workload.DependsOn(step))
        {
            WrongAnswerException.ThrowUnless(
                (string?)given?[LayersCase.Id(dependency)] == LayersCase.Answer(dependency),
                $"{workload.Name}: step '{LayersCase.Id(step)}' got {given} from step '{LayersCase.Id(dependency)}'.");
        }
    }
}
