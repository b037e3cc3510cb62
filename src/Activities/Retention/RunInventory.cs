using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Activities.Retention;

/// <summary>
/// What the store contains of runs: records, index entries, and parts without a record. Reads every record once; linear in their number. Immutable.
/// </summary>
internal sealed class RunInventory
{
    private readonly Dictionary<string, RunRecord> _records = new(StringComparer.Ordinal);
    private readonly List<string> _unreadable = [];
    private readonly List<string> _withoutRecord = [];
    private readonly List<(ContentKey Key, string RunId)> _entries = [];

    private RunInventory()
    {
    }

    /// <summary>The records by run id, also of runs that are being deleted.</summary>
    public IReadOnlyDictionary<string, RunRecord> Records => _records;

    /// <summary>The ids of runs whose record cannot be read.</summary>
    public IReadOnlyList<string> Unreadable => _unreadable;

    /// <summary>The ids of runs that have parts but no record.</summary>
    public IReadOnlyList<string> RunsWithoutRecord => _withoutRecord;

    /// <summary>The index entries that lead to no run.</summary>
    public IEnumerable<ContentKey> EntriesWithoutRun
    {
        get
        {
            var unreadable = _unreadable.ToHashSet(StringComparer.Ordinal);
            return _entries
                .Where(entry => _records.TryGetValue(entry.RunId, out var run) ? RunKeys.Index(run) != entry.Key : !unreadable.Contains(entry.RunId))
                .Select(entry => entry.Key);
        }
    }

    /// <summary>The records without an index entry, which no list shows.</summary>
    public IEnumerable<RunRecord> RecordsWithoutEntry
    {
        get
        {
            var listed = _entries.Select(entry => entry.Key).ToHashSet();
            return _records.Values.Where(run => !listed.Contains(RunKeys.Index(run)));
        }
    }

    /// <summary>Reads the index, then the records.</summary>
    public static async Task<RunInventory> ReadAsync(IContentStore store, RunStore runs, CancellationToken cancellationToken)
    {
        var inventory = new RunInventory();

        // The index first: an entry is written after its record, so every entry found here has, or had, a record.
        await foreach (var key in store.ListAsync(ContentPrefix.Under(StoreFolders.Index), cancellationToken))
        {
            if (key.Value.Split('/') is [_, _, var name] && RunKeys.TimeOf(name) is not null && NameRules.RunId.IsMatch(RunKeys.RunIdOf(name)))
            {
                inventory._entries.Add((key, RunKeys.RunIdOf(name)));
            }
        }

        var (runId, hasRecord, isOurs) = ("", false, true);
        await foreach (var key in store.ListAsync(ContentPrefix.Under(StoreFolders.Runs), cancellationToken))
        {
            var id = key.Value.Split('/')[1];
            if (id != runId)
            {
                await inventory.AddAsync(runs, runId, hasRecord, isOurs, cancellationToken);
                (runId, hasRecord, isOurs) = (id, false, true);
            }

            var isRecord = NameRules.RunId.IsMatch(id) && key == RunKeys.Record(id);
            hasRecord |= isRecord;
            isOurs &= isRecord || RunKeys.IsPart(key);
        }

        await inventory.AddAsync(runs, runId, hasRecord, isOurs, cancellationToken);

        // Runs that only the index names: an unreadable record, such as a folder in its place, is not listed as a value.
        var known = inventory._records.Keys.Concat(inventory._unreadable).Concat(inventory._withoutRecord).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in inventory._entries.Where(entry => known.Add(entry.RunId)))
        {
            await inventory.AddAsync(runs, entry.RunId, hasRecord: false, isOurs: false, cancellationToken);
        }

        return inventory;
    }

    private async Task AddAsync(RunStore runs, string runId, bool hasRecord, bool isOurs, CancellationToken cancellationToken)
    {
        if (!NameRules.RunId.IsMatch(runId))
        {
            return;
        }

        try
        {
            if (await runs.FindAnyAsync(runId, cancellationToken) is { } record)
            {
                _records[runId] = record;
            }
            else if (!hasRecord && isOurs)
            {
                _withoutRecord.Add(runId);
            }
        }
        catch (UnreadableRecordException)
        {
            _unreadable.Add(runId);
        }
    }
}
