using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>Prompts by app and slug, in every version that was ever stored; environments may have a version of their own. Thread-safe.</summary>
public sealed class PromptStore(IContentStore store, TimeProvider time)
{
    private const string Kind = "prompt";
    private const string Folder = StoreFolders.Prompts;

    private readonly NamedRecords<StoredPrompt> _records = new(
        store, Folder, "prompt.json", Kind, _ => null,
        (slug, app, problem) => new StoredPrompt { Slug = slug, App = app, Versions = [], Unreadable = problem });

    /// <summary>
    /// Stores a prompt under its slug as the newest version, and with a label as the version of that environment. The same content is one version
    /// however often it is stored; with a label, a version that there is already stays where it is, and only the label moves.
    /// </summary>
    /// <param name="app">Null for no app.</param>
    /// <param name="label">The environment; null for none.</param>
    /// <exception cref="StoreRefusedException">A name is not allowed, or the condition does not hold.</exception>
    public async Task<PromptPut> PutAsync(
        PromptDefinition prompt, string? app, string? label, WriteCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(condition);
        Check(prompt.Slug, app, label);
        var version = prompt.Version;
        await store.PutAsync(VersionKey(app, prompt.Slug, version), JsonContent.Bytes(prompt), cancellationToken);
        var created = false;
        var stored = await _records.ChangeAsync(
            app, prompt.Slug, condition,
            present =>
            {
                // What was deleted does not come back: neither its versions nor its labels.
                var kept = present is { Deleted: true } or { Unreadable: not null } ? null : present;
                created = kept is null;
                return With(kept, prompt.Slug, app, version, label);
            },
            cancellationToken);
        return new PromptPut(stored, version, created);
    }

    /// <summary>The prompt with this slug.</summary>
    /// <param name="app">Of this app only; null for any.</param>
    /// <exception cref="StoreRefusedException">There is none (the message says what is near), or several apps have one.</exception>
    public Task<Stored<StoredPrompt>> RequireAsync(string slug, string? app, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(slug);
        return _records.RequireAsync(slug, app, cancellationToken);
    }

    /// <summary>One version of a stored prompt.</summary>
    /// <param name="version">Null for the newest.</param>
    /// <exception cref="StoreRefusedException">It has no such version.</exception>
    public async Task<PromptDefinition> ReadAsync(StoredPrompt prompt, string? version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return await FindAsync(prompt, version ?? prompt.Version, cancellationToken) ?? throw new StoreRefusedException(
            StoreRefusal.NotFound, Kind,
            $"The stored prompt '{prompt.Slug}' has no version {version}. It has: {string.Join(", ", prompt.Versions.Select(one => one.Version))}.");
    }

    /// <summary>All prompts, by app and slug.</summary>
    /// <param name="app">Of this app only; null for all.</param>
    /// <exception cref="StoreRefusedException">The app cannot be one.</exception>
    public IAsyncEnumerable<Stored<StoredPrompt>> ListAsync(string? app, CancellationToken cancellationToken) => _records.ListAsync(app, cancellationToken);

    /// <summary>Deletes the prompt with this slug, all its versions and labels. Runs that have begun keep the texts they began with.</summary>
    /// <param name="app">Of this app only; null for any.</param>
    /// <exception cref="StoreRefusedException">There is none, several apps have one, a name is not allowed, or the condition does not hold.</exception>
    public async Task DeleteAsync(string slug, string? app, WriteCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(slug);
        ArgumentNullException.ThrowIfNull(condition);
        Check(slug, app, label: null);
        var found = (await _records.FindAsync(slug, app, cancellationToken)).Record;
        await _records.ChangeAsync(
            found.App, found.Slug, condition, present => present! with { Deleted = true, UpdatedAt = time.GetUtcNow() }, cancellationToken);
    }

    /// <summary>The store as runs see it: the prompts of their app, then those without one, in the versions of their environment.</summary>
    /// <param name="app">Null, or a name that no app of the store can have: only prompts without one.</param>
    public IPromptSource SourceFor(string? app, string environment) =>
        new StoredPrompts(this, app is not null && NameRules.App.IsMatch(app) ? [app, null] : [null], environment);

    /// <summary>The record of exactly this app; null when there is none.</summary>
    internal async Task<StoredPrompt?> FindAsync(string? app, string slug, CancellationToken cancellationToken) =>
        (await _records.GetAsync(app, slug, cancellationToken))?.Record;

    /// <summary>One version; null when there is none.</summary>
    internal async Task<PromptDefinition?> FindAsync(StoredPrompt prompt, string version, CancellationToken cancellationToken)
    {
        if (prompt.Versions.All(one => one.Version != version))
        {
            return null;
        }

        var key = VersionKey(prompt.App, prompt.Slug, version);
        return (await store.ReadAsync<PromptDefinition>(key, cancellationToken))?.Value
            ?? throw UnreadableRecordException.Missing(key, $"Version '{version}' of the prompt '{prompt.Slug}'", "Store that version of the prompt again.");
    }

    private static ContentKey VersionKey(string? app, string slug, string version) =>
        ContentKey.Of(Folder, StoredNames.App(app), StoredNames.Segment(slug), version);

    private static void Check(string slug, string? app, string? label)
    {
        StoredNames.CheckApp(Kind, app);
        foreach (var (name, what) in new[] { (slug, "slug of a prompt"), (label, "label of a prompt") })
        {
            if (name is not null && !PromptReference.IsSlug(name))
            {
                throw new StoreRefusedException(StoreRefusal.Invalid, Kind, $"'{name}' cannot be the {what}: 1 to 100 letters, digits, _ or -, and {NameRules.NoDevice}.");
            }
        }
    }

    private StoredPrompt With(StoredPrompt? present, string slug, string? app, string version, string? label)
    {
        var now = time.GetUtcNow();
        var versions = present?.Versions ?? [];
        var onlyLabel = label is not null && versions.Any(one => one.Version == version);
        if (!onlyLabel && (versions.Count == 0 || versions[0].Version != version))
        {
            versions = [new StoredPromptVersion(version, now), .. versions.Where(one => one.Version != version)];
        }

        var labels = present?.Labels ?? new Dictionary<string, string>();
        if (label is not null && labels.GetValueOrDefault(label) != version)
        {
            labels = new Dictionary<string, string>(labels) { [label] = version };
        }

        return present is not null && ReferenceEquals(versions, present.Versions) && ReferenceEquals(labels, present.Labels)
            ? present
            : new StoredPrompt { Slug = slug, App = app, UpdatedAt = now, Versions = versions, Labels = labels };
    }
}
