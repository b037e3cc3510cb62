using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Catalog;

/// <summary>Stores records by app and slug in a content store. Thread-safe.</summary>
/// <param name="folder">The first segment of the keys; app and slug follow.</param>
/// <param name="file">The segment after the slug; null for none.</param>
/// <param name="kind">The kind of record, for messages: <c>workflow</c> or <c>prompt</c>.</param>
/// <param name="id">Gives a second name by which a record is found; null for none.</param>
/// <param name="unreadable">Makes the placeholder of a record that cannot be read, from its slug, app and the problem.</param>
internal sealed class NamedRecordStore<T>(
    IContentStore store,
    string folder,
    string? file,
    string kind,
    Func<T, string?> id,
    Func<string, string?, UnreadableRecordException, T> unreadable)
    where T : NamedRecord
{
    private ContentKey Key(string? app, string slug) => file is null
        ? ContentKey.Of(folder, CatalogNames.AppSegment(app), CatalogNames.Segment(slug))
        : ContentKey.Of(folder, CatalogNames.AppSegment(app), CatalogNames.Segment(slug), file);

    /// <summary>The record of exactly this app; null when there is none.</summary>
    /// <exception cref="UnreadableRecordException">It cannot be read.</exception>
    public async Task<Stored<T>?> GetAsync(string? app, string slug, CancellationToken cancellationToken) =>
        await ReadAsync(Key(app, slug), cancellationToken) is { } stored ? Usable(stored) : null;

    /// <summary>All records, by app and slug, also unreadable ones: see <see cref="NamedRecord.Unreadable"/>.</summary>
    /// <param name="app">Of this app only; null for all.</param>
    /// <exception cref="StoreRefusedException">The name is not allowed for an app.</exception>
    public IAsyncEnumerable<Stored<T>> ListAsync(string? app, CancellationToken cancellationToken)
    {
        CatalogNames.CheckApp(kind, app);
        return ReadAllAsync(app, slug: null, cancellationToken);
    }

    /// <summary>The record with this slug or, where no record has that slug, with this id.</summary>
    /// <param name="app">Of this app only; null for any.</param>
    /// <exception cref="StoreRefusedException">There is none, or there are several.</exception>
    /// <exception cref="UnreadableRecordException">It cannot be read.</exception>
    public async Task<Stored<T>> RequireAsync(string name, string? app, CancellationToken cancellationToken) =>
        Usable(await FindAsync(name, app, cancellationToken));

    /// <summary>As <see cref="RequireAsync"/>, but also gives an unreadable record.</summary>
    /// <exception cref="StoreRefusedException">There is none, or there are several.</exception>
    public async Task<Stored<T>> FindAsync(string name, string? app, CancellationToken cancellationToken)
    {
        CatalogNames.CheckApp(kind, app);
        var found = ContentKey.IsSegment(CatalogNames.Segment(name))
            ? await ReadAllAsync(app, name, cancellationToken).ToListAsync(cancellationToken)
            : [];
        if (found.Count == 0)
        {
            var all = await ReadAllAsync(app, slug: null, cancellationToken).ToListAsync(cancellationToken);
            found = [.. all.Where(stored => stored.Record.Unreadable is null && id(stored.Record) == name)];
            if (found.Count == 0)
            {
                throw NotFound(name, app, [.. all.Select(stored => stored.Record.Slug).Distinct()]);
            }
        }

        return found.Count == 1
            ? found[0]
            : throw Ambiguous(name, [.. found.Select(stored => new NamedCandidate(stored.Record.App, stored.Record.Slug))]);
    }

    /// <summary>Replaces the current record with the result of <paramref name="change"/>; repeats that when another writer was faster.</summary>
    /// <param name="change">
    /// Gets the current record (also a deleted or damaged one), or null; returns the same instance to change nothing. May be called several times.
    /// </param>
    /// <exception cref="StoreRefusedException">The condition does not hold.</exception>
    /// <exception cref="UnreadableRecordException">A newer version wrote the record and it is not being deleted, or it cannot be reached.</exception>
    public async Task<Stored<T>> ChangeAsync(
        string? app, string slug, WriteCondition condition, Func<T?, T> change, CancellationToken cancellationToken)
    {
        var key = Key(app, slug);
        while (true)
        {
            var (present, etag) = await ReadAnyAsync(key, cancellationToken) is { } stored ? (stored.Record, stored.ETag) : ((T?)null, (string?)null);
            if (!condition.Holds(present is null or { Deleted: true } ? null : etag))
            {
                throw new StoreRefusedException(
                    StoreRefusal.Changed, kind, $"The {kind} '{slug}' {CatalogNames.Describe(app)} was not written: {condition.Text}.");
            }

            var changed = change(present);
            if (present?.Unreadable is { IsLost: false } kept && !(kept.IsNewer && changed.Deleted))
            {
                throw kept;
            }

            if (ReferenceEquals(changed, present))
            {
                return new Stored<T>(changed, etag!);
            }

            var written = etag is null
                ? await store.CreateAsync(key, JsonContent.Bytes(changed), cancellationToken)
                : await store.ReplaceAsync(key, JsonContent.Bytes(changed), etag, cancellationToken);
            if (written is not null)
            {
                return new Stored<T>(changed, written);
            }
        }
    }

    private async IAsyncEnumerable<Stored<T>> ReadAllAsync(string? app, string? slug, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (app is not null && slug is not null)
        {
            if (await ReadAsync(Key(app, slug), cancellationToken) is { } only)
            {
                yield return only;
            }

            yield break;
        }

        var depth = file is null ? 3 : 4;
        var wanted = slug is null ? null : CatalogNames.Segment(slug);
        var prefix = app is null ? ContentPrefix.Under(folder) : ContentPrefix.Under(folder, CatalogNames.AppSegment(app));
        await foreach (var key in store.ListAsync(prefix, cancellationToken))
        {
            var segments = key.Value.Split('/');
            if (segments.Length == depth && (file is null || segments[^1] == file) && (wanted is null || segments[2] == wanted)
                && await ReadAsync(key, cancellationToken) is { } stored)
            {
                yield return stored;
            }
        }
    }

    private Stored<T> Usable(Stored<T> stored) => stored.Record.Unreadable switch
    {
        null => stored,
        { IsLost: true } problem => throw problem.With(
            "Put it back from a copy, or store it again: "
            + $"'orchestrator {kind}s add FILE --slug {stored.Record.Slug}{AppOption(stored.Record.App)}'."),
        { } problem => throw problem,
    };

    private static string AppOption(string? app) => app is null ? "" : $" --app {app}";

    private async Task<Stored<T>?> ReadAsync(ContentKey key, CancellationToken cancellationToken) =>
        await ReadAnyAsync(key, cancellationToken) is { Record.Deleted: false } stored ? stored : null;

    /// <summary>As <see cref="ReadAsync"/>, but also gives a deleted or unreadable record.</summary>
    private async Task<Stored<T>?> ReadAnyAsync(ContentKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<T>(key, cancellationToken) is var (record, etag) ? new Stored<T>(record, etag) : null;
        }
        catch (UnreadableRecordException problem)
        {
            var segments = key.Value.Split('/');
            return new Stored<T>(unreadable(CatalogNames.NameOf(segments[2]), CatalogNames.AppOf(segments[1]), problem), problem.ETag!);
        }
    }

    private StoreRefusedException NotFound(string name, string? app, IReadOnlyCollection<string> slugs)
    {
        var where = app is null ? "" : " " + CatalogNames.Describe(app);
        return new StoreRefusedException(
            StoreRefusal.NotFound, kind, $"There is no stored {kind} '{name}'{where}. {CatalogNames.Advice(name, slugs, "There are none.")}");
    }

    private StoreRefusedException Ambiguous(string name, IReadOnlyList<NamedCandidate> candidates) => new(
        StoreRefusal.Ambiguous, kind,
        $"There are {candidates.Count} stored {kind}s '{name}': "
        + $"{string.Join(", ", candidates.Select(one => $"{one.Slug} {CatalogNames.Describe(one.App)}"))}. Name the app.")
    {
        Candidates = candidates,
    };
}

/// <summary>A record that is stored by app and slug. Immutable.</summary>
public abstract record NamedRecord : IStoredRecord
{
    /// <inheritdoc/>
    public int Format { get; init; } = IStoredRecord.CurrentFormat;

    /// <summary>The name, unique within the app.</summary>
    public required string Slug { get; init; }

    /// <summary>Null for no app.</summary>
    public string? App { get; init; }

    /// <summary>When the record was last changed, in UTC.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>
    /// Whether it was deleted; it may be written again. The record stays, so that a concurrent writer can distinguish a deletion from a change.
    /// </summary>
    public bool Deleted { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public abstract string? Flaw { get; }

    /// <summary>
    /// Why the record could not be read; null when it could. Such a record has only slug and app, and can be deleted or overwritten.
    /// </summary>
    [JsonIgnore]
    public UnreadableRecordException? Unreadable { get; init; }
}

/// <summary>A record together with the state in which it was read or written.</summary>
/// <param name="ETag">Identifies that state, for <see cref="WriteCondition.Matches"/>.</param>
public sealed record Stored<T>(T Record, string ETag)
    where T : NamedRecord;

/// <summary>The state in which a record must be for a write to happen. Immutable and thread-safe.</summary>
public sealed class WriteCondition
{
    private readonly Func<string?, bool> _holds;

    private WriteCondition(string text, Func<string?, bool> holds) => (Text, _holds) = (text, holds);

    /// <summary>No condition: the write creates or replaces.</summary>
    public static WriteCondition None { get; } = new("", _ => true);

    /// <summary>There must be no record: the write creates it.</summary>
    public static WriteCondition New { get; } = new("it exists already", etag => etag is null);

    /// <summary>There must be a record: the write replaces it.</summary>
    public static WriteCondition Existing { get; } = new("there is none", etag => etag is not null);

    /// <summary>Why the write is refused, as the end of a sentence.</summary>
    internal string Text { get; }

    /// <summary>The record must be in the state that one of these ETags identifies.</summary>
    public static WriteCondition Matches(params IReadOnlyCollection<string> etags) =>
        new("it was changed meanwhile; read it again", etag => etag is not null && etags.Contains(etag));

    /// <param name="etag">Of the current record; null when there is none.</param>
    internal bool Holds(string? etag) => _holds(etag);
}
