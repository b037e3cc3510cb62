using System.Text.Json.Serialization;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Preparation.Resuming;

/// <summary>
/// Remembers, for every process that looks for runs that an upgrade interrupted, the failed instances that need no further look: their runs have ended or gone on. Such an
/// instance stays until its run is deleted, and no host can select instances by the time at which they failed. What is forgotten here is only looked at once more. Thread-safe.
/// </summary>
public sealed class SettledInstances(IContentStore store)
{
    private static readonly ContentKey Key = ContentKey.Of(StoreFolders.Upgrades, "settled.json");

    /// <summary>The name of an instance, which a later one of the same id does not have.</summary>
    public static string Name(string instanceId, DateTimeOffset createdAt) => $"{instanceId} {createdAt.UtcDateTime:O}";

    /// <summary>The names that were written last; none when they are damaged, and null when they cannot be read here: then they must not be written over.</summary>
    /// <exception cref="ContentStoreException">The store is away.</exception>
    public async Task<IReadOnlySet<string>?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<SettledRecord>(Key, cancellationToken) is var (record, _) ? record.Instances : new HashSet<string>();
        }
        catch (UnreadableRecordException problem)
        {
            return problem.IsLost ? new HashSet<string>() : null;
        }
    }

    /// <summary>Writes all names anew. Of several callers the last one counts: what it does not know is looked at again.</summary>
    /// <exception cref="ContentStoreException">The store is away, or full.</exception>
    public Task WriteAsync(IReadOnlySet<string> names, CancellationToken cancellationToken) =>
        store.PutAsync(Key, JsonContent.Bytes(new SettledRecord { Instances = [.. names] }), cancellationToken);

    private sealed record SettledRecord : IStoredRecord
    {
        /// <inheritdoc/>
        public int Format { get; init; } = IStoredRecord.CurrentFormat;

        public required HashSet<string> Instances { get; init; }

        /// <inheritdoc/>
        [JsonIgnore]
        public string? Flaw => Instances is null ? "a member of it is missing" : null;
    }
}
