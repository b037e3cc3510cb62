using Azure.Storage.Blobs;
using Microsoft.Agents.AI.Workflows;
using Microsoft.Agents.AI.Workflows.Checkpointing;
using Microsoft.Extensions.Configuration;
using Orchestrator.Activities.Stores;
using Orchestrator.Activities.Stores.Blobs;
using Orchestrator.Bench.App;
using Orchestrator.Bench.Runtime;
using Orchestrator.Cli.State;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Journal.Blobs;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Bench.Peers;

/// <summary>An engine to stand beside.</summary>
/// <param name="Keeps">What survives its process.</param>
/// <param name="StartAsync">Starts it with a folder of its own.</param>
internal sealed record PeerKind(string Name, string Keeps, Func<string, Task<IPeer>> StartAsync)
{
    /// <summary>The largest fan-out that ends in bounded time; larger ones are left out.</summary>
    public int Largest { get; init; } = int.MaxValue;

    /// <summary>Its name, and what it keeps.</summary>
    public string Said => $"{Name} ({Keeps})";

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
        Largest = 1_000,
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
        Largest = 1_000,
    };

    public static IReadOnlyList<PeerKind> All { get; } = [LocalMemory, LocalFiles, LocalAzurite, InProcess, AzureStorage, Agents, AgentsFiles];

    /// <summary>LocalHost and what it is beside. The first two pairs and the last keep the same in the same place; the others do not.</summary>
    public static IReadOnlyList<(PeerKind Mine, PeerKind Other)> Pairs { get; } =
        [(LocalMemory, InProcess), (LocalMemory, Agents), (LocalFiles, AgentsFiles), (LocalFiles, AzureStorage), (LocalAzurite, AzureStorage)];

    /// <summary>For a container or a task hub that nothing else has.</summary>
    public static string NewName() => $"bench{Guid.NewGuid():N}";

    public static BlobContentStore Blobs(string connectionString, string container) => BlobContentStore.Open(new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?> { ["AzureWebJobsStorage"] = connectionString, ["Orchestrator:Container"] = container })
        .Build());

    private static async Task<IPeer> LocalAsync(StorageKind kind, IJournal journal, IContentStore content, string folder = "")
    {
        var app = await MeasuredApp.StartAsync(new StateStorage(kind, folder), journal, content, builder => builder.AddNoOps());
        return new DurablePeer(app.Client, app.Services, app);
    }
}

/// <summary>A started engine. It does one thing at a time, and checks its answer.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>Activities that do nothing. The code is there before; what is measured is from the start to the durable end.</summary>
    /// <returns>Seconds.</returns>
    public Task<double> NoOpsAsync(NoOpWork work);

    /// <summary>A workflow of steps that wait, from its definition to its durable end.</summary>
    /// <returns>Seconds.</returns>
    public Task<double> RunAsync(IWorkload workload);
}
