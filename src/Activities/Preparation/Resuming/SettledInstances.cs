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

    /// <summary>The instances that were written last; none when they are damaged, and null when they cannot be read here: then they must not be written over.</summary>
    /// <exception cref="ContentStoreException">The store is away.</exception>
    public async Task<IReadOnlySet<SettledInstance>?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<SettledRecord>(Key, cancellationToken) is var (record, _) ? record.Instances : new HashSet<SettledInstance>();
        }
        catch (UnreadableRecordException problem)
        {
            return problem.IsLost ? new HashSet<SettledInstance>() : null;
        }
    }

    /// <summary>Writes all of them anew. Of several callers the last one counts: what it does not know is looked at again.</summary>
    /// <exception cref="ContentStoreException">The store is away, or full.</exception>
    public Task WriteAsync(IReadOnlySet<SettledInstance> instances, CancellationToken cancellationToken) =>
        store.PutAsync(Key, JsonContent.Bytes(new SettledRecord { Instances = [.. instances] }), cancellationToken);

    private sealed record SettledRecord : IStoredRecord
    {
        /// <inheritdoc/>
        public int Format { get; init; } = IStoredRecord.CurrentFormat;

        public required HashSet<SettledInstance> Instances { get; init; }

        /// <inheritdoc/>
        [JsonIgnore]
        public string? Flaw => Instances is null ? "a member of it is missing" : null;
    }
}

/// <summary>One execution of an instance: a later one of the same id was created at another time.</summary>
public readonly record struct SettledInstance(string InstanceId, DateTimeOffset CreatedAt);
