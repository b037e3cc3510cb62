using System.Text.Json.Serialization;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>
/// Stores prompts by app and slug, in every version. A label assigns a version to an environment; others use the newest. Thread-safe.
/// </summary>
public sealed class PromptStore(IContentStore store, TimeProvider time)
{
    private const string Kind = "prompt";
    private const string Folder = StoreFolders.Prompts;

    private readonly NamedRecordStore<StoredPrompt> _records = new(
        store, Folder, "prompt.json", Kind, _ => null,
        (slug, app, problem) => new StoredPrompt { Slug = slug, App = app, Versions = [], Unreadable = problem });

    /// <summary>
    /// Stores a prompt under its slug as the newest version, and with a label also as the version of that environment. Storing the same content again
    /// makes no further version; with a label, it then only moves the label and does not become the newest version.
    /// </summary>
    /// <param name="app">Null for no app.</param>
    /// <param name="label">The environment; null for none.</param>
    /// <exception cref="StoreRefusedException">A name is not allowed, or the condition does not hold.</exception>
    public async Task<PromptPutResult> PutAsync(
        PromptDefinition prompt, string? app, string? label, WriteCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(condition);
        CheckNames(prompt.Slug, app, label);
        var version = prompt.Version;
        await store.PutAsync(VersionKey(app, prompt.Slug, version), JsonContent.Bytes(prompt), cancellationToken);
        var created = false;
        var stored = await _records.ChangeAsync(
            app, prompt.Slug, condition,
            present =>
            {
                // A prompt that is stored again after its deletion has neither its old versions nor its labels.
                var kept = present is { Deleted: true } or { Unreadable: not null } ? null : present;
                created = kept is null;
                return AddVersion(kept, prompt.Slug, app, version, label);
            },
            cancellationToken);
        return new PromptPutResult(stored, version, created);
    }

    /// <summary>The prompt with this slug.</summary>
    /// <param name="app">Of this app only; null for any.</param>
    /// <exception cref="StoreRefusedException">There is none (the message suggests a similar name), or several apps have one.</exception>
    /// <exception cref="UnreadableRecordException">The record cannot be read.</exception>
    public Task<Stored<StoredPrompt>> RequireAsync(string slug, string? app, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(slug);
        return _records.RequireAsync(slug, app, cancellationToken);
    }

    /// <summary>One version of a stored prompt.</summary>
    /// <param name="version">Null for the newest.</param>
    /// <exception cref="StoreRefusedException">The prompt has no such version.</exception>
    /// <exception cref="UnreadableRecordException">The version is missing or cannot be read.</exception>
    public async Task<PromptDefinition> ReadAsync(StoredPrompt prompt, string? version, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return await FindAsync(prompt, version ?? prompt.Version, cancellationToken) ?? throw new StoreRefusedException(
            StoreRefusal.NotFound, Kind,
            $"The stored prompt '{prompt.Slug}' has no version {version}. It has: {string.Join(", ", prompt.Versions.Select(one => one.Version))}.");
    }

    /// <summary>All prompts, by app and slug.</summary>
    /// <param name="app">Of this app only; null for all.</param>
    /// <exception cref="StoreRefusedException">The name is not allowed for an app.</exception>
    public IAsyncEnumerable<Stored<StoredPrompt>> ListAsync(string? app, CancellationToken cancellationToken) =>
        _records.ListAsync(app, cancellationToken);

    /// <summary>Deletes the prompt with this slug, all its versions and labels. Runs that have begun keep the texts they began with.</summary>
    /// <param name="app">Of this app only; null for any.</param>
    /// <exception cref="StoreRefusedException">
    /// There is none, several apps have one, a name is not allowed, or the condition does not hold.
    /// </exception>
    public async Task DeleteAsync(string slug, string? app, WriteCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(slug);
        ArgumentNullException.ThrowIfNull(condition);
        CheckNames(slug, app, label: null);
        var found = (await _records.FindAsync(slug, app, cancellationToken)).Record;
        await _records.ChangeAsync(
            found.App, found.Slug, condition, present => present! with { Deleted = true, UpdatedAt = time.GetUtcNow() }, cancellationToken);
    }

    /// <summary>The prompts for the runs of an app: those of the app, then those without an app, in the versions of the environment.</summary>
    /// <param name="app">Null, or a name that is not allowed for an app: only prompts without an app.</param>
    public IPromptSource SourceFor(string? app, string environment) =>
        new StoredPromptSource(this, app is not null && NameRules.App.IsMatch(app) ? [app, null] : [null], environment);

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
        const string remedy = "Store that version of the prompt again.";
        try
        {
            return await store.ReadValueAsync<PromptDefinition>(key, cancellationToken)
                ?? throw UnreadableRecordException.Missing(key, $"Version '{version}' of the prompt '{prompt.Slug}'", remedy);
        }
        catch (UnreadableRecordException problem) when (problem.IsLost)
        {
            throw problem.With(remedy);
        }
    }

    private static ContentKey VersionKey(string? app, string slug, string version) =>
        ContentKey.Of(Folder, CatalogNames.AppSegment(app), CatalogNames.Segment(slug), version);

    private static void CheckNames(string slug, string? app, string? label)
    {
        CatalogNames.CheckApp(Kind, app);
        foreach (var (name, what) in new[] { (slug, "slug of a prompt"), (label, "label of a prompt") })
        {
            if (name is not null && !PromptReference.IsSlug(name))
            {
                throw new StoreRefusedException(
                    StoreRefusal.Invalid, Kind,
                    $"'{name}' cannot be the {what}: 1 to 100 letters a-z or A-Z, digits, _ or -, and {NameRules.NoDevice}.");
            }
        }
    }

    private StoredPrompt AddVersion(StoredPrompt? present, string slug, string? app, string version, string? label)
    {
        var now = time.GetUtcNow();
        var versions = present?.Versions ?? [];
        var onlyMovesLabel = label is not null && versions.Any(one => one.Version == version);
        if (!onlyMovesLabel && (versions.Count == 0 || versions[0].Version != version))
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

/// <summary>The result of storing a prompt.</summary>
/// <param name="Stored">The record after the write.</param>
/// <param name="Version">The version of the prompt that was stored.</param>
/// <param name="Created">Whether there was no prompt of that name before.</param>
public sealed record PromptPutResult(Stored<StoredPrompt> Stored, string Version, bool Created);

/// <summary>The record of a stored prompt; its texts are stored by version. Immutable.</summary>
public sealed record StoredPrompt : NamedRecord
{
    /// <summary>The newest version, which is used where none is named; empty when the record cannot be read.</summary>
    [JsonIgnore]
    public string Version => Versions.Count == 0 ? "" : Versions[0].Version;

    /// <summary>Every version, the newest first; at least one.</summary>
    public required IReadOnlyList<StoredPromptVersion> Versions { get; init; }

    /// <summary>The versions of the environments with a label, by environment.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? Flaw => Slug is null || Versions is null || Labels is null ? "a member of it is null"
        : Versions.Count == 0 && !Deleted ? "it has no version"
        : null;

    /// <summary>The version that an environment uses: that of its label, or the newest.</summary>
    public string VersionOf(string environment) => Labels.GetValueOrDefault(environment, Version);
}

/// <summary>One version of a stored prompt.</summary>
/// <param name="Version">The version, as in <see cref="PromptDefinition.Version"/>.</param>
/// <param name="At">When it was last stored as the newest, in UTC.</param>
public sealed record StoredPromptVersion(string Version, DateTimeOffset At);

/// <summary>The stored prompts of some apps, in the versions of one environment. Thread-safe.</summary>
/// <param name="apps">In order of precedence; null for prompts without an app. At least one.</param>
internal sealed class StoredPromptSource(PromptStore store, IReadOnlyList<string?> apps, string environment) : IPromptSource
{
    /// <inheritdoc/>
    public string Place => apps[0] is { } app ? $"the store (of the app '{app}' or of none)" : "the store (of no app)";

    /// <inheritdoc/>
    public async Task<PromptDefinition?> FindAsync(PromptReference reference, CancellationToken cancellationToken = default)
    {
        foreach (var app in apps)
        {
            if (await store.FindAsync(app, reference.Slug, cancellationToken) is { } prompt
                && await store.FindAsync(prompt, reference.Version ?? prompt.VersionOf(environment), cancellationToken) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default)
    {
        var slugs = new SortedSet<string>(StringComparer.Ordinal);
        await foreach (var stored in store.ListAsync(app: null, cancellationToken))
        {
            if (apps.Contains(stored.Record.App))
            {
                slugs.Add(stored.Record.Slug);
            }
        }

        return [.. slugs];
    }
}
