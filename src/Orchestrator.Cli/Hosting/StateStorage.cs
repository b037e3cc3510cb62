using Microsoft.Extensions.Configuration;
using Orchestrator.Activities.Stores;
using Orchestrator.Activities.Stores.Blobs;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Cli.Hosting;

/// <summary>Where a command keeps runs, and everything else that outlives it.</summary>
/// <param name="Folder">The state folder; with files everything is in it.</param>
internal sealed record StateStorage(StorageKind Kind, string Folder)
{
    private static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>The store of contents. A folder is made when absent, a container by its first write.</summary>
    /// <exception cref="ContentStoreException">The folder cannot be written, or the setting of the account cannot be used.</exception>
    public IContentStore OpenContent() => Kind switch
    {
        StorageKind.Azure => BlobContentStore.Open(Configuration()),
        StorageKind.Memory => new MemoryContentStore(),
        _ => new FileContentStore(Folder, Time),
    };

    /// <summary>The store of contents, to look at it.</summary>
    /// <exception cref="UsageException">There is no such folder.</exception>
    /// <exception cref="ContentStoreException">The setting of the account cannot be used.</exception>
    public IContentStore OpenExistingContent() => Kind != StorageKind.Files || Directory.Exists(Folder)
        ? OpenContent()
        : throw new UsageException($"There is no state folder '{Folder}'.");

    /// <summary>The histories of orchestrations.</summary>
    /// <exception cref="JournalException">The folder is in use or cannot be written.</exception>
    public IJournal OpenJournal() => Kind == StorageKind.Memory ? new MemoryJournal() : FileJournal.Open(Path.Combine(Folder, "journal"), Time);

    /// <summary>Where claims on attempts are kept; null: with everything else, since other processes may work on the same runs.</summary>
    public IContentStore? OpenClaims() => Kind == StorageKind.Azure ? null : new MemoryContentStore();

    /// <summary>The place, in words.</summary>
    public string Describe(IContentStore content) => content switch
    {
        BlobContentStore blobs => blobs.Place,
        MemoryContentStore => "in memory, gone with this process",
        _ => Path.GetFullPath(Folder),
    };

    private static IConfiguration Configuration() => new ConfigurationBuilder().AddEnvironmentVariables().Build();
}
