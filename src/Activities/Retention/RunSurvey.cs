using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Activities.Retention;

/// <summary>All that the store holds of runs at one moment: their records, and parts without a record. Reads every record once; linear in their number.</summary>
internal sealed class RunSurvey
{
    private readonly Dictionary<string, RunRecord> _records = new(StringComparer.Ordinal);
    private readonly List<string> _unreadable = [];
    private readonly List<string> _orphans = [];
    private readonly List<(ContentKey Key, string RunId)> _entries = [];

    private RunSurvey()
    {
    }

    /// <summary>The records by run id, those of runs that are being deleted included.</summary>
    public IReadOnlyDictionary<string, RunRecord> Records => _records;

    /// <summary>The ids of runs whose record cannot be read.</summary>
    public IReadOnlyList<string> Unreadable => _unreadable;

    /// <summary>The ids of runs that have parts but no record.</summary>
    public IReadOnlyList<string> Orphans => _orphans;

    /// <summary>The index entries without a run.</summary>
    public IEnumerable<ContentKey> StrayEntries
    {
        get
        {
            var unreadable = _unreadable.ToHashSet(StringComparer.Ordinal);
            return _entries
                .Where(entry => _records.TryGetValue(entry.RunId, out var run) ? RunKeys.Index(run) != entry.Key : !unreadable.Contains(entry.RunId))
                .Select(entry => entry.Key);
        }
    }

    /// <summary>The records without an index entry: no list shows them.</summary>
    public IEnumerable<RunRecord> Unlisted
    {
        get
        {
            var listed = _entries.Select(entry => entry.Key).ToHashSet();
            return _records.Values.Where(run => !listed.Contains(RunKeys.Index(run)));
        }
    }

    public static async Task<RunSurvey> TakeAsync(IContentStore store, RunStore runs, CancellationToken cancellationToken)
    {
        var survey = new RunSurvey();

        // The index first: an entry is written after its record, so one that is found has, or had, a record.
        await foreach (var key in store.ListAsync(ContentPrefix.Under(StoreFolders.Index), cancellationToken))
        {
            if (key.Value.Split('/') is [_, _, var name] && RunKeys.TimeOf(name) is not null && NameRules.RunId.IsMatch(RunKeys.RunIdOf(name)))
            {
                survey._entries.Add((key, RunKeys.RunIdOf(name)));
            }
        }

        var (runId, hasRecord, isOurs) = ("", false, true);
        await foreach (var key in store.ListAsync(ContentPrefix.Under(StoreFolders.Runs), cancellationToken))
        {
            var id = key.Value.Split('/')[1];
            if (id != runId)
            {
                await survey.AddAsync(runs, runId, hasRecord, isOurs, cancellationToken);
                (runId, hasRecord, isOurs) = (id, false, true);
            }

            var isRecord = NameRules.RunId.IsMatch(id) && key == RunKeys.Record(id);
            hasRecord |= isRecord;
            isOurs &= isRecord || RunKeys.IsPart(key);
        }

        await survey.AddAsync(runs, runId, hasRecord, isOurs, cancellationToken);

        // What is in the place of a record need not be a value that is listed.
        var known = survey._records.Keys.Concat(survey._unreadable).Concat(survey._orphans).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in survey._entries.Where(entry => known.Add(entry.RunId)))
        {
            await survey.AddAsync(runs, entry.RunId, hasRecord: false, isOurs: false, cancellationToken);
        }

        return survey;
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
                _orphans.Add(runId);
            }
        }
        catch (UnreadableRecordException)
        {
            _unreadable.Add(runId);
        }
    }
}
