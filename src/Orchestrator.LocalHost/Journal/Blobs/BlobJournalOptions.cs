namespace Orchestrator.LocalHost.Journal.Blobs;

/// <summary>How a blob journal works.</summary>
public sealed record BlobJournalOptions
{
    /// <summary>The folder in the container: what every blob's name begins with.</summary>
    /// <value>The default is "journal". One process at a time owns a folder.</value>
    public string Folder { get; init; } = "journal";

    /// <summary>How long a request is tried again while the account does not answer. What is appended waits in memory meanwhile.</summary>
    /// <value>Zero or more; the default is 2 minutes.</value>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How many requests are under way at the same time.</summary>
    /// <value>1 or more; the default is 32.</value>
    public int MaxConcurrentRequests { get; init; } = 32;

    /// <summary>After so many blocks a history goes on in another blob. The service takes 50,000.</summary>
    internal int BlocksPerSegment { get; init; } = 49_000;
}
