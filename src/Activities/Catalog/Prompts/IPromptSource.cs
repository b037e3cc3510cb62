namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>A place where prompts are found by slug. Implementations are thread-safe.</summary>
public interface IPromptSource
{
    /// <summary>The place, for messages: <c>the folder '/work/prompts'</c>.</summary>
    public string Place { get; }

    /// <summary>The prompt; null when this place does not have it in that version.</summary>
    /// <exception cref="PromptException">The prompt exists but cannot be read.</exception>
    public Task<PromptDefinition?> FindAsync(PromptReference reference, CancellationToken cancellationToken = default);

    /// <summary>The slugs of all prompts here, also of unreadable ones, in ordinal order.</summary>
    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default);
}

/// <summary>Finds a prompt that must exist. Thread-safe.</summary>
public static class PromptSourceExtensions
{
    /// <summary>The prompt from the first of these places that has it.</summary>
    /// <param name="reference"><c>slug</c> or <c>slug@version</c>.</param>
    /// <exception cref="PromptException">
    /// The reference is malformed, no place has the prompt (kind <c>promptNotFound</c>; the message names the places and a similar prompt), or the
    /// first place that has it cannot read it.
    /// </exception>
    public static async Task<PromptDefinition> RequireAsync(
        this IReadOnlyCollection<IPromptSource> sources, string reference, CancellationToken cancellationToken = default)
    {
        var wanted = PromptReference.Parse(reference);
        foreach (var source in sources)
        {
            if (await source.FindAsync(wanted, cancellationToken) is { } prompt)
            {
                return prompt;
            }
        }

        throw await NotFoundAsync(sources, wanted, cancellationToken);
    }

    /// <summary>The prompt from one place.</summary>
    /// <exception cref="PromptException">The place does not have the prompt, or cannot read it.</exception>
    public static Task<PromptDefinition> RequireAsync(
        this IPromptSource source, string reference, CancellationToken cancellationToken = default) =>
        RequireAsync([source], reference, cancellationToken);

    private static async Task<PromptException> NotFoundAsync(
        IReadOnlyCollection<IPromptSource> sources, PromptReference wanted, CancellationToken cancellationToken)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var source in sources)
        {
            names.UnionWith(await source.ListAsync(cancellationToken));
            if (wanted.Version is not null && await source.FindAsync(PromptReference.Parse(wanted.Slug), cancellationToken) is { } other)
            {
                return PromptException.NotFound(
                    $"The prompt '{wanted.Slug}' in {source.Place} is version {other.Version}, not {wanted.Version}. "
                    + "Name that version, or none for the newest.");
            }
        }

        var places = string.Join(" or ", sources.Select(source => source.Place));
        return PromptException.NotFound(
            $"There is no prompt '{wanted}' in {places}. {CatalogNames.Advice(wanted.Slug, names, "There are no prompts.")}");
    }
}
