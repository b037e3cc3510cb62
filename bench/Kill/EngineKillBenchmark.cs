using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Bench.App;
using Orchestrator.Bench.Peers;
using Orchestrator.Bench.Reporting;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;
using Orchestrator.Storage.Blobs;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Bench.Kill;

/// <summary>Two worker processes on the engine of the Functions host with the settings of host.json. One is killed while steps execute.</summary>
internal sealed class EngineKillBenchmark : IBenchmark
{
    /// <summary>
    /// The messages of the killed worker are visible again after a minute, and its claims are old then; the rest is for the remaining steps.
    /// </summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    /// <summary>Longer than the interval of a claim's renewals, so that an unchanged claim belongs to the killed worker.</summary>
    private static readonly TimeSpan RenewalInterval = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static readonly LayersCase Work = new("four layers of 20", 4, 20, 3_000, 20);

    public string Name => "kill-engine";

    public string Title => "one of two workers on AzureStorage killed with SIGKILL";

    public async Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var (server, name) = (await AzuriteServer.SharedAsync(), PeerKind.NewName());
        var content = PeerKind.Blobs(server.ConnectionString, name);
        using var worker = await StartAsync(server.ConnectionString, name);
        await using var peer = await SidecarPeers.AzureStorageAsync(server.ConnectionString, name, "left", content);
        using var patience = new CancellationTokenSource(Patience);
        var run = await peer.App.GetRequiredService<RunStarter>().StartAsync(peer.Client, LayersRun.Request(Work), patience.Token);
        var identity = (await peer.App.GetRequiredService<RunStore>().FindAsync(run.RunId, patience.Token))!.Identity;
        var claims = peer.App.GetRequiredService<AttemptClaims>();

        // Wait until the first layer is recorded and the second executes.
        IReadOnlyDictionary<ContentKey, string> records, held;
        while ((records = await RecordsAsync(content)).Count < Work.Width
            || (held = await claims.HeldAsync(identity, patience.Token)).Count < Work.Width / 2)
        {
            await Task.Delay(50, patience.Token);
        }

        worker.Kill();
        var killed = Stopwatch.GetTimestamp();
        await Task.Delay(RenewalInterval, patience.Token);
        var left = (await claims.HeldAsync(identity, patience.Token))
            .Count(claim => held.TryGetValue(claim.Key, out var etag) && etag == claim.Value);
        await peer.Client.WaitForInstanceCompletionAsync(run.InstanceId, patience.Token);
        var elapsed = Stopwatch.GetElapsedTime(killed);

        await LayersRun.CheckAsync(Work, peer.App, run.RunId);
        var after = await RecordsAsync(content);
        var changed = records.Count(record => after[record.Key] != record.Value);
        WrongAnswerException.ThrowUnless(left > 0, "The killed worker executed no step at that moment, so that nothing was tested. Run it again.");
        WrongAnswerException.ThrowUnless(changed == 0, $"{changed} records that existed at the kill were written again.");
        WrongAnswerException.ThrowUnless(
            elapsed < Bound, $"The run ended {elapsed.TotalSeconds:0} s after the kill; it should in {Bound.TotalSeconds:0} s.");
        report.Table(
            ["s from the kill to the end", "bound", "records at the kill", "written again", "steps that the killed worker had in hand", "load"],
            [[Figures.Of(elapsed.TotalSeconds, 1), $"< {Bound.TotalSeconds:0}", $"{records.Count}", $"{changed}", $"{left}", Machine.Load()]]);
        report.Paragraph(
            $"{Work.Name}, {Work.LatencyMs / 1e3:0} s a step, by two processes with the SDK's worker on one task hub on Azurite: the messages of a "
            + "dead worker are visible again after a minute (host.json), and the worker that gets them then takes the claims over at once, since "
            + "the storage account tells how old they are. The layer under way and those after it take 3 s each. The client polls every two "
            + "seconds.");
    }

    /// <summary>The records of steps, with their ETags.</summary>
    private static async Task<IReadOnlyDictionary<ContentKey, string>> RecordsAsync(BlobContentStore content)
    {
        var records = new Dictionary<ContentKey, string>();
        await foreach (var key in content.ListAsync(ContentPrefix.Under("runs")))
        {
            if (key.Value.Split('/') is [_, _, "steps", ..] && await content.GetAsync(key) is { } record)
            {
                records[key] = record.ETag;
            }
        }

        return records;
    }

    private static async Task<Process> StartAsync(string connectionString, string name)
    {
        string[] arguments = [typeof(EngineWorker).Assembly.Location, EngineWorker.Verb, connectionString, name, name];
        var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        WrongAnswerException.ThrowUnless(
            await process.StandardOutput.ReadLineAsync(patience.Token) == EngineWorker.Ready,
            "The worker process did not start; its errors are above.");
        return process;
    }
}

/// <summary>The code of a worker process: it works on a task hub until it is killed or its input ends.</summary>
internal static class EngineWorker
{
    /// <summary>The first argument of the process; the others are the account's connection string, the task hub and the container.</summary>
    public const string Verb = "engine-worker";

    /// <summary>The line that the process prints when it works.</summary>
    public const string Ready = "ready";

    public static async Task RunAsync(string connectionString, string hub, string container)
    {
        await using var peer = await SidecarPeers.AzureStorageAsync(connectionString, hub, "killed", PeerKind.Blobs(connectionString, container));
        Console.WriteLine(Ready);
        await Console.In.ReadToEndAsync();
    }
}
