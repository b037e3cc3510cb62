namespace Orchestrator.Activities.Catalog.Prompts;

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
