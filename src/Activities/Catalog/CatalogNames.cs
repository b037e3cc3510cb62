using System.Text;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Activities.Catalog;

/// <summary>Names of apps, workflows and prompts: as segments of keys, and in messages.</summary>
internal static class CatalogNames
{
    /// <summary>The segment of records without an app. The rules for names exclude it as the name of an app.</summary>
    private const string NoApp = "_";

    private const int MaxListed = 20;

    /// <summary>The segment of an app; null: of no app.</summary>
    public static string AppSegment(string? app) => app is null ? NoApp : Segment(app);

    /// <summary>Names may differ in letter case only, and keys may not: a capital is written as <c>@</c> and its lower-case letter.</summary>
    public static string Segment(string name)
    {
        var segment = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            segment.Append(char.IsAsciiLetterUpper(letter) ? $"@{char.ToLowerInvariant(letter)}" : letter);
        }

        return segment.ToString();
    }

    /// <summary>The inverse of <see cref="Segment"/>.</summary>
    public static string NameOf(string segment)
    {
        var name = new StringBuilder(segment.Length);
        for (var position = 0; position < segment.Length; position++)
        {
            name.Append(segment[position] == '@' && position + 1 < segment.Length ? char.ToUpperInvariant(segment[++position]) : segment[position]);
        }

        return name.ToString();
    }

    /// <summary>The inverse of <see cref="AppSegment"/>.</summary>
    public static string? AppOf(string segment) => segment == NoApp ? null : NameOf(segment);

    /// <summary>Checks the name of an app; null passes.</summary>
    /// <param name="kind">The kind of record that it is given for: <c>workflow</c> or <c>prompt</c>.</param>
    /// <exception cref="StoreRefusedException">The name is not allowed for an app.</exception>
    public static void CheckApp(string kind, string? app)
    {
        if (app is not null && !NameRules.App.IsMatch(app))
        {
            throw new StoreRefusedException(
                StoreRefusal.Invalid, kind,
                $"'{app}' cannot be the name of an app of the store: 1 to 64 letters a-z or A-Z, digits, _ or -, with a letter or a digit first, "
                + $"and {NameRules.NoDevice}.");
        }
    }

    /// <summary>The app as part of a sentence.</summary>
    public static string Describe(string? app) => app is null ? "without an app" : $"of the app '{app}'";

    /// <summary>A sentence for an unknown name: the most similar known one, or the first 20 of all.</summary>
    /// <param name="whenNone">The sentence when no name is known.</param>
    public static string Advice(string name, IReadOnlyCollection<string> known, string whenNone) => Suggestion.For(name, known)
        ?? (known.Count == 0 ? whenNone : $"There are: {string.Join(", ", known.Take(MaxListed))}{(known.Count > MaxListed ? ", …" : "")}.");
}
