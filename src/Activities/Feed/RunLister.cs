using System.Buffers.Text;
using System.Text;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Feed;

/// <summary>
/// Lists runs from new to old by an index of small entries. A page reads the names in the index, then records until the page is full, several at
/// a time; with a filter first the entries, and only the records that it may show. Thread-safe.
/// </summary>
public sealed class RunLister(IContentStore store, RunStore runs, TimeProvider time)
{
    /// <summary>Maximum number of entries read for one page, however few of them match the filter.</summary>
    public const int MaxEntries = 1_000;

    /// <summary>After this time a page ends early, so that a slow store gives short pages instead of none (<see cref="BoundedRead"/>).</summary>
    public static readonly TimeSpan PageTime = TimeSpan.FromSeconds(5);

    /// <summary>Maximum number of runs that are read at the same time.</summary>
    internal const int ReadAtOnce = 16;

    /// <summary>The next page of runs, from their records as they are.</summary>
    /// <exception cref="FormatException">The continuation token was not made by this program.</exception>
    public Task<RunPage> ListAsync(RunFilter filter, CancellationToken cancellationToken) => ListAsync(filter, Task.FromResult, cancellationToken);

    /// <summary>The next page of runs.</summary>
    /// <param name="reconcile">Updates a record that may be out of date, before it is filtered and shown.</param>
    /// <exception cref="FormatException">The continuation token was not made by this program.</exception>
    public async Task<RunPage> ListAsync(RunFilter filter, Func<RunRecord, Task<RunRecord>> reconcile, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(reconcile);
        var names = await NamesAsync(filter, cancellationToken);
        var since = time.GetTimestamp();
        var found = new List<RunListItem>();
        for (var position = 0; position < names.Count;)
        {
            // No more than the page may need.
            var next = names[position..Math.Min(names.Count, Math.Min(MaxEntries, position + Math.Min(ReadAtOnce, filter.Top - found.Count)))];
            foreach (var read in await Task.WhenAll(next.Select(place => ReadAsync(filter, place, cancellationToken))))
            {
                if (await FindAsync(filter, names[position], read, reconcile, cancellationToken) is { } run)
                {
                    found.Add(run);
                }

                position++;
                var isFull = found.Count == filter.Top || position == MaxEntries || time.GetElapsedTime(since) >= PageTime;
                if (isFull && position < names.Count)
                {
                    return new RunPage(found, Token(names[position - 1].Name));
                }
            }
        }

        return new RunPage(found, null);
    }

    /// <summary>The index entries that pass the filter's times and app, from new to old.</summary>
    private async Task<List<(string Name, ContentKey Key)>> NamesAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        var after = filter.ContinuationToken is { } token ? Position(token) : "";
        var newest = filter.To is { } to ? RunKeys.NewestFirst(to) : null;
        var oldest = filter.From is { } from ? RunKeys.NewestFirst(from) : null;
        var folder = filter.App is null
            ? ContentPrefix.Under(StoreFolders.Index)
            : ContentPrefix.Under(StoreFolders.Index, RunKeys.IndexFolder(filter.App));
        var names = new List<(string Name, ContentKey Key)>();
        var (app, ofThisApp) = ("", 0);
        await foreach (var key in store.ListAsync(folder, cancellationToken))
        {
            var text = key.Value;
            var start = text.LastIndexOf('/') + 1;
            if (!text.AsSpan(0, start).SequenceEqual(app))
            {
                (app, ofThisApp) = (text[..start], 0);
            }

            // Each app has its own folder, and at most one page of each folder can be on the next page.
            if (ofThisApp <= MaxEntries
                && RunKeys.TimeOf(text.AsSpan(start)) is not null
                && Fits(text.AsSpan(start), after, newest, oldest))
            {
                names.Add((text[start..], key));
                ofThisApp++;
            }
            else if (ofThisApp > MaxEntries && filter.App is not null)
            {
                break;
            }
        }

        names.Sort((left, right) => string.CompareOrdinal(left.Name, right.Name));
        return names;
    }

    private static bool Fits(ReadOnlySpan<char> name, string after, string? newest, string? oldest)
    {
        var time = name[..RunKeys.TimeLength];
        return name.SequenceCompareTo(after) > 0
            && (newest is null || time.SequenceCompareTo(newest) > 0)
            && (oldest is null || time.SequenceCompareTo(oldest) <= 0);
    }

    /// <summary>Reads the record of one entry; the entry itself only if the filter needs it, or the record cannot be read.</summary>
    private async Task<Candidate> ReadAsync(RunFilter filter, (string Name, ContentKey Key) place, CancellationToken cancellationToken)
    {
        RunIndexEntry? entry = null;
        if (filter.NeedsEntries)
        {
            (var exists, entry) = await EntryAsync(place.Key, cancellationToken);
            if (!exists
                || (entry is not null && !Fits(filter, entry.Workflow, entry.Tags))
                || (entry?.Status is { } ended && filter.Statuses?.Contains(ended) == false))
            {
                return default;
            }
        }

        try
        {
            return new Candidate(await runs.FindAsync(RunKeys.RunIdOf(place.Name), cancellationToken), null);
        }
        catch (UnreadableRecordException problem)
        {
            return new Candidate(null, problem);
        }
    }

    /// <summary>
    /// The item of one entry; null when it does not pass the filter. A run whose record cannot be read is listed with what the index has. An entry
    /// that cannot be read is not needed: its name and the record have its content.
    /// </summary>
    private async Task<RunListItem?> FindAsync(
        RunFilter filter,
        (string Name, ContentKey Key) place,
        Candidate read,
        Func<RunRecord, Task<RunRecord>> reconcile,
        CancellationToken cancellationToken)
    {
        RunListItem? row;
        try
        {
            if (read.Problem is { } unreadable)
            {
                row = await UnreadableAsync(unreadable);
            }
            else if (read.Record is { } record)
            {
                row = RunListItem.Of(await reconcile(record));
            }
            else
            {
                return null;
            }
        }
        catch (RunGoneException)
        {
            // Deleted after its entry was read.
            return null;
        }
        catch (UnreadableRecordException problem)
        {
            row = await UnreadableAsync(problem);
        }
        catch (ContentStoreException problem) when (problem.IsOfOneValue)
        {
            // A part of the run could not be read to reconcile it.
            var key = RunKeys.Record(RunKeys.RunIdOf(place.Name));
            row = await UnreadableAsync(UnreadableRecordException.OutOfReach(key, problem));
        }

        return row is not null && filter.Statuses?.Contains(row.Status) != false && Fits(filter, row.Workflow, row.Tags) ? row : null;

        async Task<RunListItem?> UnreadableAsync(UnreadableRecordException problem) =>
            await EntryAsync(place.Key, cancellationToken) is (true, var entry) ? RunListItem.Of(problem, place.Name, entry) : null;
    }

    private async Task<(bool Exists, RunIndexEntry? Entry)> EntryAsync(ContentKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<RunIndexEntry>(key, cancellationToken) is var (entry, _) ? (true, entry) : (false, null);
        }
        catch (UnreadableRecordException)
        {
            return (true, null);
        }
    }

    private static bool Fits(RunFilter filter, string workflow, IReadOnlyDictionary<string, string> tags) =>
        (filter.Workflow is null || workflow == filter.Workflow)
        && filter.Tags.All(tag => tags.TryGetValue(tag.Key, out var value) && (tag.Value is null || tag.Value == value));

    private static string Token(string name) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(name));

    private static string Position(string token)
    {
        var name = Base64Url.IsValid(token) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)) : "";
        return name.Length > RunKeys.TimeLength && name[..RunKeys.TimeLength].All(char.IsAsciiDigit)
            ? name
            : throw new FormatException($"'{token}' is no continuation token of a list of runs.");
    }

    /// <summary>What was read of a run; both are null when it is not to be listed.</summary>
    /// <param name="Problem">Why the record cannot be read.</param>
    private readonly record struct Candidate(RunRecord? Record, UnreadableRecordException? Problem);
}

/// <summary>Which runs to list; a null member matches any run.</summary>
public sealed record RunFilter
{
    /// <summary>Runs of a page when the caller sets no number.</summary>
    public const int DefaultTop = 50;

    /// <summary>Maximum number of runs of a page.</summary>
    public const int MaxTop = 500;

    /// <summary>The statuses that a run may have.</summary>
    public IReadOnlyCollection<RunStatus>? Statuses { get; init; }

    /// <summary>The workflow's slug.</summary>
    public string? Workflow { get; init; }

    /// <summary>The name of the app.</summary>
    public string? App { get; init; }

    /// <summary>Created at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Created before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Tags that a run must have with these values; a null value matches any.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Tags { get; init; } = [];

    /// <summary>Maximum number of runs of the page, 1 to <see cref="MaxTop"/>.</summary>
    public int Top { get; init; } = DefaultTop;

    /// <summary>The <see cref="RunPage.ContinuationToken"/> of the page before; null for the first page.</summary>
    public string? ContinuationToken { get; init; }

    /// <summary>Whether a run's entry in the index can show that it does not pass the filter, so that its record need not be read.</summary>
    internal bool NeedsEntries => Statuses is not null || Workflow is not null || Tags.Count > 0;
}

/// <summary>One page of the runs that match a filter, newest first.</summary>
/// <param name="ContinuationToken">Requests the next page; null for the last page. A short or even empty page may have a next one.</param>
public sealed record RunPage(IReadOnlyList<RunListItem> Runs, string? ContinuationToken);
