using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Names;

/// <summary>What names may look like (FORMAT.md), in one place for the reader, the API and the stores.</summary>
public static partial class NameRules
{
    /// <summary>Roots of expressions that no step and no output may take.</summary>
    public static IReadOnlySet<string> Reserved { get; } =
        new HashSet<string>(["inputs", "context", "steps", "item", "index", "previous", "run", "secrets"], StringComparer.Ordinal);

    /// <summary>The longest id of a step, in characters.</summary>
    internal const int LongestId = 128;

    /// <summary>What a name has to be, in the words of messages.</summary>
    public const string NoDevice = "none of the names that Windows keeps for devices (con, prn, aux, nul, com1, lpt1 …)";

    /// <summary>Why names that differ only in letter case are refused, as a suggestion.</summary>
    internal const string OneFile = "Rename one of them: they become names of files, and on Windows and macOS the two would be one.";

    // Names become the names of files, and a folder that was made on Linux may be opened on Windows. Letter case does not count there.
    private const string NotDevice = "(?!(?:[cC][oO][nN]|[pP][rR][nN]|[aA][uU][xX]|[nN][uU][lL]|[cC][oO][mM][0-9]|[lL][pP][tT][0-9])\\z)";

    [GeneratedRegex("^" + NotDevice + "[A-Za-z_][A-Za-z0-9_-]{0,127}\\z")]
    public static partial Regex StepId { get; }

    [GeneratedRegex("^" + NotDevice + "[A-Za-z_][A-Za-z0-9_]{0,127}\\z")]
    public static partial Regex OutputKey { get; }

    [GeneratedRegex("^" + NotDevice + "[a-z0-9-]{1,128}\\z")]
    public static partial Regex Slug { get; }

    /// <summary>An app as the stores and the API name it.</summary>
    [GeneratedRegex("^" + NotDevice + "[A-Za-z0-9][A-Za-z0-9_-]{0,63}\\z")]
    public static partial Regex App { get; }

    [GeneratedRegex("^" + NotDevice + "[A-Za-z0-9_-]{1,64}\\z")]
    public static partial Regex RunId { get; }

    /// <summary>The slug of a prompt, or a label of one.</summary>
    [GeneratedRegex("^" + NotDevice + "[A-Za-z0-9_-]{1,100}\\z")]
    public static partial Regex PromptSlug { get; }
}
