using Microsoft.Extensions.Configuration;
using Orchestrator.Storage;
using Orchestrator.Storage.Blobs;
using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Activities.Records;

/// <summary>
/// The content store that a host's settings choose: blobs of its storage account (<c>Orchestrator:Storage</c> = <c>azure</c>, the default), or files
/// (<c>files</c>) in the folder <c>Orchestrator:State</c> (default <c>.orchestrator</c>).
/// </summary>
public static class ConfiguredContentStore
{
    /// <summary>Opens the store. Nothing is read or written yet, except what a crash of the system may have lost.</summary>
    /// <exception cref="ContentStoreException">A setting is missing or cannot be used.</exception>
    public static IContentStore Open(IConfiguration configuration, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration["Orchestrator:Storage"] switch
        {
            null or "azure" => OpenBlobs(configuration),
            "files" => OpenFiles(configuration["Orchestrator:State"] ?? ".orchestrator", time),
            var other => throw new ContentStoreException("Orchestrator:Storage", $"Orchestrator:Storage is '{other}'; write azure or files."),
        };
    }

    private static FileContentStore OpenFiles(string folder, TimeProvider time) => new(folder, time, StoreFolders.All, WriteAheadLog.TryOpen(folder));

    /// <summary>The store on the blobs of the account that the settings name; the error for a missing setting names a misspelt one.</summary>
    /// <param name="patience">
    /// How long a request is repeated while the account does not answer. Null means <see cref="BlobAccount.DefaultPatience"/>.
    /// </param>
    /// <exception cref="ContentStoreException">A setting is missing or cannot be used.</exception>
    public static BlobContentStore OpenBlobs(IConfiguration configuration, TimeSpan? patience = null) =>
        BlobContentStore.Open(configuration, patience, Suggestion.IsClose);
}
