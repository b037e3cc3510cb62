using Microsoft.Extensions.Configuration;
using Orchestrator.Activities.Stores;
using Orchestrator.Activities.Stores.Blobs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Functions.Runs;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Journal.Blobs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Hosting;

/// <summary>Where a command keeps runs, and everything else that outlives it.</summary>
/// <param name="Folder">The state folder. With files everything is in it, otherwise nothing is.</param>
internal sealed record StateStorage(StorageKind Kind, string Folder)
{
    /// <summary>The state folder when none is given.</summary>
    public const string DefaultFolder = ".orchestrator";

    private static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>How long runs wait for an account that does not answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Which process drives the latest attempt of a run, in words; null when none does, and where that cannot be told.</summary>
    public string? FindDriver(RunInput run) => FindHolder(run.InstanceId);

    public RunDrivers Drivers => Kind == StorageKind.Files ? new RunDrivers(run => FindDriver(run) is not null) : RunDrivers.Unknown;

    public string? FindHolder(string instanceId) => Kind == StorageKind.Files ? FileJournal.FindHolder(Journal, instanceId)?.ToString() : null;

    /// <summary>Whether the latest attempt of a run was begun and its history was purged, or moved away. False where that cannot be told.</summary>
    /// <param name="status">As it is stored: one that waits for its begin has no history yet.</param>
    public bool HistoryIsGone(RunInput run, RunStatus status) =>
        Kind == StorageKind.Files && status != RunStatus.Pending && !FileJournal.HasHistory(Journal, run.InstanceId);

    private string Journal => Path.Combine(Folder, "journal");

    /// <summary>The store of contents. A folder is made when absent, a container by its first write.</summary>
    /// <param name="forRuns">Whether workflows run over it, which outlast an account that is away for a while; otherwise a user waits for the answer.</param>
    /// <exception cref="ContentStoreException">The folder cannot be written, or the setting of the account cannot be used.</exception>
    public IContentStore OpenContent(bool forRuns = false) => Kind switch
    {
        StorageKind.Azure => BlobContentStore.Open(Configuration(), forRuns ? Patience : null),
        StorageKind.Memory => new MemoryContentStore(),
        _ => new FileContentStore(Folder, Time, StoreFolders.All),
    };

    /// <summary>The store of contents, to look at it.</summary>
    /// <exception cref="UsageException">There is no such folder.</exception>
    /// <exception cref="ContentStoreException">The setting of the account cannot be used.</exception>
    public IContentStore OpenExistingContent() => Kind != StorageKind.Files || Directory.Exists(Folder)
        ? OpenContent()
        : throw new UsageException(File.Exists(Folder)
            ? $"The state folder '{Folder}' is a file. Choose another one with --state."
            : $"There is no state folder '{Folder}'. The first 'orchestrator run' here makes it; --state names one that is elsewhere.");

    /// <summary>The histories of orchestrations, where the contents are. Those of an account are this process's own until the journal is disposed.</summary>
    /// <exception cref="JournalException">Another process owns those of the account, or the folder or the account cannot be used.</exception>
    /// <exception cref="ContentStoreException">The setting of the account cannot be used, or the account does not answer.</exception>
    public async Task<IJournal> OpenJournalAsync(CancellationToken cancellationToken) => Kind switch
    {
        StorageKind.Azure => await OpenBlobJournalAsync(cancellationToken),
        StorageKind.Memory => new MemoryJournal(),
        _ => FileJournal.Open(Journal, Time),
    };

    /// <summary>The place, in words.</summary>
    public string Describe(IContentStore content) => content switch
    {
        BlobContentStore blobs => blobs.Place,
        MemoryContentStore => "in memory, gone with this process",
        _ => Path.GetFullPath(Folder),
    };

    private static async Task<BlobJournal> OpenBlobJournalAsync(CancellationToken cancellationToken)
    {
        var content = BlobContentStore.Open(Configuration());

        // The journal repeats its requests for minutes; this check tells a user at once who forgot to start Azurite.
        await content.ReachAsync(cancellationToken);
        return await BlobJournal.OpenAsync(content.Container, Time, new BlobJournalOptions { Patience = Patience }, cancellationToken);
    }

    private static IConfiguration Configuration() => new ConfigurationBuilder().AddEnvironmentVariables().Build();
}
