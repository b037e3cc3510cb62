using System.Runtime.CompilerServices;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Activities.Catalog;

/// <summary>Records by app and slug in a content store. Thread-safe.</summary>
/// <param name="folder">The first segment of their keys, followed by app and slug.</param>
/// <param name="file">The segment after the slug; null for none.</param>
/// <param name="kind">What they are, for messages: <c>workflow</c>.</param>
/// <param name="id">Another name that a record can be found by; null for none.</param>
/// <param name="unreadable">Stands for a record that cannot be read: slug, app, and why.</param>
internal sealed class NamedRecords<T>(
    IContentStore store, string folder, string? file, string kind, Func<T, string?> id, Func<string, string?, UnreadableRecordException, T> unreadable)
    where T : NamedRecord
{
    public ContentKey Key(string? app, string slug) => file is null
        ? ContentKey.Of(folder, StoredNames.App(app), StoredNames.Segment(slug))
        : ContentKey.Of(folder, StoredNames.App(app), StoredNames.Segment(slug), file);

    /// <summary>The record of exactly this app; null when there is none.</summary>
    /// <exception cref="UnreadableRecordException">It cannot be read.</exception>
    public async Task<Stored<T>?> GetAsync(string? app, string slug, CancellationToken cancellationToken) =>
        await ReadAsync(Key(app, slug), cancellationToken) is { } stored ? Usable(stored) : null;

    /// <summary>All records, by app and slug; those that cannot be read say so in <see cref="NamedRecord.Unreadable"/>.</summary>
    /// <param name="app">Of this app only; null for all.</param>
    public IAsyncEnumerable<Stored<T>> ListAsync(string? app, CancellationToken cancellationToken)
    {
        StoredNames.CheckApp(kind, app);
        return ReadAllAsync(app, slug: null, cancellationToken);
    }

    /// <summary>The record with this slug or, where no record has that slug, with this id.</summary>
    /// <param name="app">Of this app only; null for any.</param>
    /// <exception cref="StoreRefusedException">There is none, or there are several.</exception>
    /// <exception cref="UnreadableRecordException">It cannot be read.</exception>
    public async Task<Stored<T>> RequireAsync(string name, string? app, CancellationToken cancellationToken) =>
        Usable(await FindAsync(name, app, cancellationToken));

    /// <summary>The same, whether or not it can be read.</summary>
    /// <exception cref="StoreRefusedException">There is none, or there are several.</exception>
    public async Task<Stored<T>> FindAsync(string name, string? app, CancellationToken cancellationToken)
    {
        StoredNames.CheckApp(kind, app);
        var found = ContentKey.IsSegment(StoredNames.Segment(name)) ? await ReadAllAsync(app, name, cancellationToken).ToListAsync(cancellationToken) : [];
        if (found.Count == 0)
        {
            var all = await ReadAllAsync(app, slug: null, cancellationToken).ToListAsync(cancellationToken);
            found = [.. all.Where(stored => stored.Record.Unreadable is null && id(stored.Record) == name)];
            if (found.Count == 0)
            {
                throw NotFound(name, app, [.. all.Select(stored => stored.Record.Slug).Distinct()]);
            }
        }

        return found.Count == 1 ? found[0] : throw Ambiguous(name, [.. found.Select(stored => new NamedCandidate(stored.Record.App, stored.Record.Slug))]);
    }

    /// <summary>Writes what <paramref name="change"/> makes of the present record. Repeats until no other writer changed it in between.</summary>
    /// <param name="change">Gets the present record, a deleted or a damaged one too, or null; gives the same instance when nothing is to change.</param>
    /// <exception cref="StoreRefusedException">The condition does not hold.</exception>
    /// <exception cref="UnreadableRecordException">It is of a newer version and was not to be deleted, or it is out of reach.</exception>
    public async Task<Stored<T>> ChangeAsync(string? app, string slug, WriteCondition condition, Func<T?, T> change, CancellationToken cancellationToken)
    {
        var key = Key(app, slug);
        while (true)
        {
            var (present, etag) = await ReadAnyAsync(key, cancellationToken) is { } stored ? (stored.Record, stored.ETag) : ((T?)null, (string?)null);
            if (!condition.Holds(present is null or { Deleted: true } ? null : etag))
            {
                throw new StoreRefusedException(
                    StoreRefusal.Changed, kind, $"The {kind} '{slug}' {StoredNames.Words(app)} was not written: {condition.Text}.");
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
        var wanted = slug is null ? null : StoredNames.Segment(slug);
        var prefix = app is null ? ContentPrefix.Under(folder) : ContentPrefix.Under(folder, StoredNames.App(app));
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
        { IsLost: true } problem => throw problem.With($"Put it back from a copy, or store it again: 'orchestrator {kind}s add FILE --slug {stored.Record.Slug}{App(stored.Record.App)}'."),
        { } problem => throw problem,
    };

    private static string App(string? app) => app is null ? "" : $" --app {app}";

    private async Task<Stored<T>?> ReadAsync(ContentKey key, CancellationToken cancellationToken) =>
        await ReadAnyAsync(key, cancellationToken) is { Record.Deleted: false } stored ? stored : null;

    /// <summary>Also a deleted or unreadable one.</summary>
    private async Task<Stored<T>?> ReadAnyAsync(ContentKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await store.ReadAsync<T>(key, cancellationToken) is var (record, etag) ? new Stored<T>(record, etag) : null;
        }
        catch (UnreadableRecordException problem)
        {
            var segments = key.Value.Split('/');
            return new Stored<T>(unreadable(StoredNames.Name(segments[2]), StoredNames.AppOf(segments[1]), problem), problem.ETag!);
        }
    }

    private StoreRefusedException NotFound(string name, string? app, IReadOnlyCollection<string> slugs)
    {
        var where = app is null ? "" : " " + StoredNames.Words(app);
        var advice = Suggestion.For(name, slugs)
            ?? (slugs.Count == 0 ? "There are none." : $"There are: {string.Join(", ", slugs.Take(20))}{(slugs.Count > 20 ? ", …" : "")}.");
        return new StoreRefusedException(StoreRefusal.NotFound, kind, $"There is no stored {kind} '{name}'{where}. {advice}");
    }

    private StoreRefusedException Ambiguous(string name, IReadOnlyList<NamedCandidate> candidates) => new(
        StoreRefusal.Ambiguous, kind,
        $"There are {candidates.Count} stored {kind}s '{name}': {string.Join(", ", candidates.Select(one => $"{one.Slug} {StoredNames.Words(one.App)}"))}. Name the app.")
    {
        Candidates = candidates,
    };
}
