using Azure.Storage.Blobs;
using Microsoft.Agents.AI.Workflows;
using Microsoft.Agents.AI.Workflows.Checkpointing;
using Microsoft.Extensions.Configuration;
using Orchestrator.Bench.App;
using Orchestrator.Bench.Runtime;
using Orchestrator.Cli.State;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Journal.Blobs;
using Orchestrator.Storage;
using Orchestrator.Storage.Blobs;
using Orchestrator.Storage.Files;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Bench.Peers;

/// <summary>An engine to compare.</summary>
/// <param name="Keeps">What survives the process.</param>
/// <param name="StartAsync">Starts it with an empty folder.</param>
internal sealed record PeerKind(string Name, string Keeps, Func<string, Task<IPeer>> StartAsync)
{
    /// <summary>The largest number of steps that it is measured with; larger cases would take minutes.</summary>
    public int MaxSteps { get; init; } = int.MaxValue;

    /// <summary>The name with what it keeps.</summary>
    public string Title => $"{Name} ({Keeps})";

    public static PeerKind LocalMemory { get; } = new(
        "LocalHost, memory", "nothing", _ => LocalAsync(StorageKind.Memory, new MemoryJournal(), new MemoryContentStore()));

    public static PeerKind LocalFiles { get; } = new(
        "LocalHost, files", "every record, flushed",
        folder => LocalAsync(
            StorageKind.Files, FileJournal.Open(Path.Combine(folder, "journal")), new FileContentStore(folder, TimeProvider.System), folder));

    public static PeerKind LocalAzurite { get; } = new(
        "LocalHost, Azurite", "every record, in blobs",
        async _ =>
        {
            var (server, name) = (await AzuriteServer.SharedAsync(), NewName());
            var journal = await BlobJournal.OpenAsync(new BlobContainerClient(server.ConnectionString, name));
            return await LocalAsync(StorageKind.Azure, journal, Blobs(server.ConnectionString, name));
        });

    public static PeerKind InProcess { get; } = new("InProcessTestHost", "nothing", async _ => await SidecarPeers.InMemoryAsync());

    public static PeerKind AzureStorage { get; } = new(
        "AzureStorage, Azurite", "every record, in tables",
        async _ =>
        {
            var (server, name) = (await AzuriteServer.SharedAsync(), NewName());
            return await SidecarPeers.AzureStorageAsync(server.ConnectionString, name, "one", Blobs(server.ConnectionString, name));
        })
    {
        MaxSteps = 1_000,
    };

    public static PeerKind Agents { get; } = new(
        "Microsoft.Agents.AI.Workflows", "nothing", _ => Task.FromResult<IPeer>(new AgentsPeer(checkpoints: null)));

    public static PeerKind AgentsFiles { get; } = new(
        "Microsoft.Agents.AI.Workflows, checkpoints in files", "all state after each super-step, not flushed",
        folder =>
        {
            var store = new FileSystemJsonCheckpointStore(new DirectoryInfo(folder));
            return Task.FromResult<IPeer>(new AgentsPeer(CheckpointManager.CreateJson(store), store));
        })
    {
        MaxSteps = 1_000,
    };

    public static IReadOnlyList<PeerKind> All { get; } = [LocalMemory, LocalFiles, LocalAzurite, InProcess, AzureStorage, Agents, AgentsFiles];

    /// <summary>The engines that are compared with LocalHost. The first two pairs and the last keep the same in the same place.</summary>
    public static IReadOnlyList<(PeerKind Mine, PeerKind Other)> Pairs { get; } =
        [(LocalMemory, InProcess), (LocalMemory, Agents), (LocalFiles, AgentsFiles), (LocalFiles, AzureStorage), (LocalAzurite, AzureStorage)];

    /// <summary>A new name for a container or a task hub.</summary>
    public static string NewName() => $"bench{Guid.NewGuid():N}";

    /// <summary>A content store in a container.</summary>
    public static BlobContentStore Blobs(string connectionString, string container) => BlobContentStore.Open(new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?> { ["AzureWebJobsStorage"] = connectionString, ["Orchestrator:Container"] = container })
        .Build());

    private static async Task<IPeer> LocalAsync(StorageKind kind, IJournal journal, IContentStore content, string folder = "")
    {
        var app = await MeasuredApp.StartAsync(new StateStorage(kind, folder), journal, content, builder => builder.AddNoOps());
        return new DurablePeer(app.Client, app.Services, app);
    }
}

/// <summary>A started engine. It executes one measurement at a time, and checks the result.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>Runs activities that do nothing, from the start of an existing orchestration to its durable end.</summary>
    /// <returns>Seconds.</returns>
    public Task<double> NoOpsAsync(NoOpWork work);

    /// <summary>Runs a workflow of steps that wait, from its definition to its durable end.</summary>
    /// <returns>Seconds.</returns>
    public Task<double> RunAsync(IWorkload workload);
}
