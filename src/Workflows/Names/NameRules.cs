using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Names;

/// <summary>The syntax of names (docs/definitions.md), for the reader, the API and the stores. Thread-safe.</summary>
public static partial class NameRules
{
    /// <summary>Names that begin paths with a meaning of their own, so that no step id and no output key may be one of them.</summary>
    public static IReadOnlySet<string> Reserved { get; } =
        new HashSet<string>(["inputs", "context", "steps", "item", "index", "previous", "run", "secrets"], StringComparer.Ordinal);

    /// <summary>Maximum length of a step id in characters.</summary>
    internal const int MaxIdLength = 128;

    /// <summary>The rule against device names as a part of error messages: a name must be …</summary>
    public const string NoDevice = "none of the names that Windows keeps for devices (con, prn, aux, nul, com1, lpt1 …)";

    /// <summary>The rule for step ids, output keys and names of inputs as the predicate of an error message.</summary>
    /// <param name="others">The characters beside letters that are allowed: <c>digits and _</c>.</param>
    internal static string Requirement(string others) =>
        $"must begin with a letter or _ and have only the letters a-z and A-Z, {others}, at most {MaxIdLength} in all, and be {NoDevice}.";

    /// <summary>The suggestion for names that differ only in letter case.</summary>
    internal const string RenameOne = "Rename one of them: they become file names, and Windows and macOS do not distinguish the two.";

    // Names become file names, and a folder written on Linux may be opened on Windows, where letter case does not count.
    private const string NotDevice = "(?!(?:[cC][oO][nN]|[pP][rR][nN]|[aA][uU][xX]|[nN][uU][lL]|[cC][oO][mM][0-9]|[lL][pP][tT][0-9])\\z)";

    /// <summary>The id of a step: 1 to 128 characters.</summary>
    [GeneratedRegex("^" + NotDevice + "[A-Za-z_][A-Za-z0-9_-]{0,127}\\z")]
    public static partial Regex StepId { get; }

    /// <summary>The key of an output, or the name of an input: 1 to 128 characters.</summary>
    [GeneratedRegex("^" + NotDevice + "[A-Za-z_][A-Za-z0-9_]{0,127}\\z")]
    public static partial Regex OutputKey { get; }

    /// <summary>The output key of a step that declares none.</summary>
    /// <param name="id">The id of the step.</param>
    public static string DefaultOutputKey(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return id.Replace('-', '_');
    }

    /// <summary>
    /// Whether a name in a placeholder may have the character without quotes: the identifiers of Handlebars, without the characters that would make a
    /// mistyped expression look like a name.
    /// </summary>
    internal static bool IsPlaceholderCharacter(Rune character) =>
        Rune.IsLetterOrDigit(character) || character.Value is '_' or '-' or '$'
        || Rune.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>The slug of a workflow: 1 to 128 characters.</summary>
    [GeneratedRegex("^" + NotDevice + "[a-z0-9-]{1,128}\\z")]
    public static partial Regex Slug { get; }

    /// <summary>The name of an app in the stores and the API: 1 to 64 characters.</summary>
    [GeneratedRegex("^" + NotDevice + "[A-Za-z0-9][A-Za-z0-9_-]{0,63}\\z")]
    public static partial Regex App { get; }

    /// <summary>The id of a run: 1 to 64 characters.</summary>
    [GeneratedRegex("^" + NotDevice + "[A-Za-z0-9_-]{1,64}\\z")]
    public static partial Regex RunId { get; }

    /// <summary>The slug or a label of a prompt: 1 to 100 characters.</summary>
    [GeneratedRegex("^" + NotDevice + "[A-Za-z0-9_-]{1,100}\\z")]
    public static partial Regex PromptSlug { get; }
}
