using System.Text.Json.Serialization;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Runs;

/// <summary>
/// The failed instances that need no further look by a process that looks for runs that an upgrade interrupted: their runs have ended or were
/// resumed. Such an instance stays until its run is deleted, and no host can select instances by the time of their failure. An instance that is
/// missing here is only looked at once more. Thread-safe.
/// </summary>
public sealed class SettledInstances(IContentStore store)
{
    private static readonly ContentKey Key = ContentKey.Of(StoreFolders.Upgrades, "settled.json");

    /// <summary>
    /// The instances that were written last; empty when the record is missing or damaged, and null when this version cannot read it: then it must not
    /// be overwritten.
    /// </summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    public async Task<IReadOnlySet<SettledInstance>?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<SettledRecord>(Key, cancellationToken) is var (record, _)
                ? record.Instances
                : new HashSet<SettledInstance>();
        }
        catch (UnreadableRecordException problem)
        {
            return problem.IsLost ? new HashSet<SettledInstance>() : null;
        }
    }

    /// <summary>Replaces all instances. The last of several callers wins: an instance that it does not know is looked at again.</summary>
    /// <exception cref="ContentStoreException">The store is not available, or full.</exception>
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

/// <summary>One execution of an instance. A later one of the same id was created at another time.</summary>
public readonly record struct SettledInstance(string InstanceId, DateTimeOffset CreatedAt);
