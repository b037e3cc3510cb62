using System.Buffers.Text;
using System.Text;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Feed;

/// <summary>
/// Lists runs by an index of small entries that sort from new to old. A page reads the names in the index, then entries until it is full, and the
/// records of what it shows: never all runs. Thread-safe.
/// </summary>
public sealed class RunLister(IContentStore store, RunStore runs, TimeProvider time)
{
    /// <summary>Maximum number of entries read for one page, however few of them match the filter.</summary>
    public const int MaxEntries = 1_000;

    /// <summary>After this time a page ends with what it has, and the next one goes on: a slow store gives short pages, not none (<see cref="BoundedRead"/>).</summary>
    public static readonly TimeSpan PageTime = TimeSpan.FromSeconds(5);

    /// <summary>The next page of runs, as their records are.</summary>
    /// <exception cref="FormatException">The continuation token was not made by this program.</exception>
    public Task<RunPage> ListAsync(RunFilter filter, CancellationToken cancellationToken) => ListAsync(filter, Task.FromResult, cancellationToken);

    /// <summary>The next page of runs.</summary>
    /// <param name="look">Corrects a record that may not be up to date, before it is compared and shown.</param>
    /// <exception cref="FormatException">The continuation token was not made by this program.</exception>
    public async Task<RunPage> ListAsync(RunFilter filter, Func<RunRecord, Task<RunRecord>> look, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(look);
        var names = await NamesAsync(filter, cancellationToken);
        var since = time.GetTimestamp();
        var found = new List<RunListItem>();
        for (var position = 0; position < names.Count; position++)
        {
            if (await FindAsync(filter, names[position], look, cancellationToken) is { } run)
            {
                found.Add(run);
            }

            var isFull = found.Count == filter.Top || position + 1 == MaxEntries || time.GetElapsedTime(since) >= PageTime;
            if (isFull && position + 1 < names.Count)
            {
                return new RunPage(found, Token(names[position].Name));
            }
        }

        return new RunPage(found, null);
    }

    /// <summary>The entries that time and app let through, from new to old.</summary>
    private async Task<List<(string Name, ContentKey Key)>> NamesAsync(RunFilter filter, CancellationToken cancellationToken)
    {
        var after = filter.ContinuationToken is { } token ? Position(token) : "";
        var newest = filter.To is { } to ? RunKeys.NewestFirst(to) : null;
        var oldest = filter.From is { } from ? RunKeys.NewestFirst(from) : null;
        var folder = filter.App is null ? ContentPrefix.Under(RunKeys.IndexRoot) : ContentPrefix.Under(RunKeys.IndexRoot, RunKeys.IndexFolder(filter.App));
        var names = new List<(string Name, ContentKey Key)>();
        var (start, ofThisApp) = (0, 0);
        var app = "";
        await foreach (var key in store.ListAsync(folder, cancellationToken))
        {
            var text = key.Value;
            if (ofThisApp == 0 || !text.StartsWith(app, StringComparison.Ordinal))
            {
                (start, ofThisApp) = (text.LastIndexOf('/') + 1, 0);
                app = text[..start];
            }

            // Each app has a folder of its own, and of each no more than a page can be among the next.
            if (ofThisApp <= MaxEntries && RunKeys.TimeOf(text[start..]) is not null && Fits(text.AsSpan(start), after, newest, oldest))
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

    /// <summary>A record that cannot be read makes its own row incomplete; an entry that cannot be read is not needed: its name and the record have its content.</summary>
    private async Task<RunListItem?> FindAsync(
        RunFilter filter, (string Name, ContentKey Key) place, Func<RunRecord, Task<RunRecord>> look, CancellationToken cancellationToken)
    {
        var (exists, entry) = await EntryAsync(place.Key, cancellationToken);
        if (!exists || (entry is not null && !Fits(filter, entry.Workflow, entry.Tags)) || (entry?.Status is { } ended && filter.Statuses?.Contains(ended) == false))
        {
            return null;
        }

        RunListItem row;
        try
        {
            if (await runs.FindAsync(RunKeys.RunIdOf(place.Name), cancellationToken) is not { } record)
            {
                return null;
            }

            row = RunListItem.Of(await look(record));
        }
        catch (UnreadableRecordException problem)
        {
            row = RunListItem.Of(problem, place.Name, entry);
        }
        catch (ContentStoreException problem) when (problem.IsOfOneValue)
        {
            // Something of it could not be corrected.
            row = RunListItem.Of(UnreadableRecordException.OutOfReach(RunKeys.Record(RunKeys.RunIdOf(place.Name)), problem), place.Name, entry);
        }

        return filter.Statuses?.Contains(row.Status) != false && Fits(filter, row.Workflow, row.Tags) ? row : null;
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
}

/// <summary>Which runs to list; a null member means any.</summary>
public sealed record RunFilter
{
    public const int DefaultTop = 50;

    public const int MaxTop = 500;

    public IReadOnlyCollection<RunStatus>? Statuses { get; init; }

    /// <summary>The workflow's slug.</summary>
    public string? Workflow { get; init; }

    public string? App { get; init; }

    /// <summary>Created at this time or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Created before this time.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Tags that a run must have, each with its value; a null value stands for any.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Tags { get; init; } = [];

    /// <summary>Maximum number of runs of a page, 1 to <see cref="MaxTop"/>.</summary>
    public int Top { get; init; } = DefaultTop;

    /// <summary>Where the page before ended (<see cref="RunPage.ContinuationToken"/>); null for the first page.</summary>
    public string? ContinuationToken { get; init; }
}

/// <summary>Some of the runs that a filter lets through, the newest first.</summary>
/// <param name="ContinuationToken">Asks for the next page; null when there is none. A page may be short, even empty, and have a next one.</param>
public sealed record RunPage(IReadOnlyList<RunListItem> Runs, string? ContinuationToken);
