using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Orchestrator.Activities.Errors;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Runs;

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

/// <summary>
/// How a workflow refers to a prompt: <c>slug</c> for the newest version, or <c>slug@version</c>. Always valid, so the slug is safe as a file name.
/// Immutable.
/// </summary>
public sealed partial record PromptReference
{
    private PromptReference(string slug, string? version) => (Slug, Version) = (slug, version);

    /// <summary>The name of the prompt.</summary>
    public string Slug { get; }

    /// <summary>The required version; null for the newest.</summary>
    public string? Version { get; }

    /// <summary>Whether the name is allowed for a prompt.</summary>
    public static bool IsSlug([NotNullWhen(true)] string? slug) => slug is not null && NameRules.PromptSlug.IsMatch(slug);

    /// <summary>Reads <c>slug</c> or <c>slug@version</c>.</summary>
    /// <exception cref="PromptException">The text is malformed; kind <c>invalidDefinition</c>.</exception>
    public static PromptReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('@');
        var wellFormed = parts.Length <= 2 && IsSlug(parts[0]) && (parts.Length == 1 || Versions().IsMatch(parts[1]));
        return wellFormed
            ? new PromptReference(parts[0], parts.ElementAtOrDefault(1))
            : throw PromptException.Invalid(
                $"'{text}' cannot be the name of a prompt. Write slug or slug@version; a slug has 1 to 100 letters a-z or A-Z, digits, _ or -, "
                + $"and is {NameRules.NoDevice}.");
    }

    /// <summary>The reference as <see cref="Parse"/> reads it.</summary>
    public override string ToString() => Version is null ? Slug : $"{Slug}@{Version}";

    [GeneratedRegex(@"\A[A-Za-z0-9]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Versions();
}

/// <summary>A prompt was not found or cannot be used.</summary>
public sealed class PromptException : WorkflowErrorException
{
    private PromptException(WorkflowError error, IReadOnlyList<Diagnostic> diagnostics, Exception? innerException)
        : base(error, innerException) => Diagnostics = diagnostics;

    /// <summary>The mistakes in the file, with lines; empty when its content is not the problem.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; }

    internal static PromptException NotFound(string message, Exception? innerException = null) =>
        new(new WorkflowError(ErrorKind.PromptNotFound, message), [], innerException);

    internal static PromptException Invalid(string message, Exception? innerException = null) =>
        new(new WorkflowError(ErrorKind.InvalidDefinition, message), [], innerException);

    /// <summary>All mistakes of one file in one message, each as <c>file:line: message</c>.</summary>
    internal static PromptException Invalid(string path, IReadOnlyList<Diagnostic> diagnostics)
    {
        var lines = diagnostics.Select(d => $"{path}:{d.Line}: {d.FullMessage()}");
        return new PromptException(new WorkflowError(ErrorKind.InvalidDefinition, string.Join('\n', lines)), diagnostics, null);
    }
}
