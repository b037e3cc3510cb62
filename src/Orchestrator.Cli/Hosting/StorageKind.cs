namespace Orchestrator.Cli.Hosting;

/// <summary>What <c>--storage</c> chooses.</summary>
internal enum StorageKind
{
    /// <summary>A folder, which one process owns while it runs workflows.</summary>
    Files,

    /// <summary>The storage account that AzureWebJobsStorage names.</summary>
    Azure,

    /// <summary>Nothing is kept.</summary>
    Memory,
}
