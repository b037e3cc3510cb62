using System.Text;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Activities.Catalog;

/// <summary>Names of apps, workflows and prompts as segments of keys.</summary>
internal static class StoredNames
{
    /// <summary>The segment of what has no app; no app can be named so.</summary>
    private const string NoApp = "_";

    public static string App(string? app) => app is null ? NoApp : Segment(app);

    /// <summary>Keys must not differ in case only, and these names may: a capital is written as <c>@</c> and its small letter.</summary>
    public static string Segment(string name)
    {
        var segment = new StringBuilder(name.Length);
        foreach (var letter in name)
        {
            segment.Append(char.IsAsciiLetterUpper(letter) ? $"@{char.ToLowerInvariant(letter)}" : letter);
        }

        return segment.ToString();
    }

    /// <summary>The name that <see cref="Segment"/> wrote.</summary>
    public static string Name(string segment)
    {
        var name = new StringBuilder(segment.Length);
        for (var position = 0; position < segment.Length; position++)
        {
            name.Append(segment[position] == '@' && position + 1 < segment.Length ? char.ToUpperInvariant(segment[++position]) : segment[position]);
        }

        return name.ToString();
    }

    /// <summary>The app that <see cref="App"/> wrote.</summary>
    public static string? AppOf(string segment) => segment == NoApp ? null : Name(segment);

    /// <exception cref="StoreRefusedException">It cannot be the name of an app.</exception>
    public static void CheckApp(string kind, string? app)
    {
        if (app is not null && !NameRules.App.IsMatch(app))
        {
            throw new StoreRefusedException(
                StoreRefusal.Invalid, kind,
                $"'{app}' cannot be the name of an app of the store: 1 to 64 letters, digits, _ or -, with a letter or a digit first, and {NameRules.NoDevice}.");
        }
    }

    /// <summary>The app as words in a sentence.</summary>
    public static string Words(string? app) => app is null ? "without an app" : $"of the app '{app}'";
}
