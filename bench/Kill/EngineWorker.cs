using Orchestrator.Bench.Peers;

namespace Orchestrator.Bench.Kill;

/// <summary>A process of its own that works on a task hub until it is killed, or its input ends.</summary>
internal static class EngineWorker
{
    /// <summary>The first argument of such a process; the others are the account's connection string, the task hub and the container.</summary>
    public const string Verb = "engine-worker";

    public const string Ready = "ready";

    public static async Task RunAsync(string connectionString, string hub, string container)
    {
        await using var peer = await SidecarPeers.AzureStorageAsync(connectionString, hub, "killed", PeerKind.Blobs(connectionString, container));
        Console.WriteLine(Ready);
        await Console.In.ReadToEndAsync();
    }
}
