using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Activities.Catalog.Prompts;

public static class PromptSourceExtensions
{
    /// <summary>The prompt from the first of these places that has it.</summary>
    /// <param name="reference"><c>slug</c> or <c>slug@version</c>.</param>
    /// <exception cref="PromptException">
    /// No place has it (kind <c>promptNotFound</c>; the message says where it was looked for and what is near), or the first that has it cannot
    /// read it.
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

    /// <summary>The same with one place.</summary>
    /// <exception cref="PromptException">It does not have the prompt, or cannot read it.</exception>
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

        var advice = Suggestion.For(wanted.Slug, names)
            ?? (names.Count == 0 ? "There are no prompts." : $"There are: {string.Join(", ", names.Take(20))}{(names.Count > 20 ? ", …" : "")}.");
        return PromptException.NotFound(
            $"There is no prompt '{wanted}' in {string.Join(" or ", sources.Select(source => source.Place))}. {advice}");
    }
}
