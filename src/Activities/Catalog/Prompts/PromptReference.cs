using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Activities.Catalog.Prompts;

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
                $"'{text}' cannot be the name of a prompt. Write slug or slug@version; a slug has 1 to 100 letters, digits, _ or -, "
                + $"and is {NameRules.NoDevice}.");
    }

    public override string ToString() => Version is null ? Slug : $"{Slug}@{Version}";

    [GeneratedRegex(@"\A[A-Za-z0-9]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Versions();
}
