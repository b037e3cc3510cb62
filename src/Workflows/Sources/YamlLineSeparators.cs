using System.Globalization;

namespace Orchestrator.Workflows.Sources;

/// <summary>
/// Replaces U+0085, U+2028 and U+2029 of one text before parsing and restores them afterwards: the parser ends lines at them, as YAML 1.1 did, but in
/// YAML 1.2 they are ordinary characters, at which no comment ends. Immutable and thread-safe.
/// </summary>
internal sealed class YamlLineSeparators
{
    private const string Separators = "\u0085\u2028\u2029";

    /// <summary>The first of 32 noncharacters: YAML allows them, and hardly a text has them.</summary>
    private const char FirstReplacement = '\uFDD0';

    private const char LastReplacement = '\uFDEF';

    /// <summary>What stands for each of <see cref="Separators"/>; empty when the text has none of them.</summary>
    private readonly string _replacements = "";

    public YamlLineSeparators(string text)
    {
        Replaced = text;
        var index = text.AsSpan().IndexOfAny(Separators);
        if (index < 0)
        {
            return;
        }

        _replacements = FindUnused(text);
        if (_replacements.Length < Separators.Length)
        {
            Problem = (index,
                "The text has U+0085, U+2028 or U+2029 beside too many of the characters U+FDD0 to U+FDEF. "
                + "Write U+0085 as \\N, U+2028 as \\L and U+2029 as \\P in double quotes.");
            return;
        }

        for (var separator = 0; separator < Separators.Length; separator++)
        {
            Replaced = Replaced.Replace(Separators[separator], _replacements[separator]);
        }
    }

    /// <summary>The text for the parser. Its places are those of the text.</summary>
    public string Replaced { get; }

    /// <summary>Why the text cannot be parsed, and the index of the first separator; null when it can.</summary>
    public (int Index, string Message)? Problem { get; }

    /// <summary>A value that the parser read, with its separators.</summary>
    public string Restore(string value)
    {
        for (var separator = 0; separator < _replacements.Length; separator++)
        {
            value = value.Replace(_replacements[separator], Separators[separator]);
        }

        return value;
    }

    /// <summary>
    /// Up to three characters that no value of the text can have: neither they nor their numbers, as an escape would have them, are in the text.
    /// </summary>
    private static string FindUnused(string text) => string.Concat(
        Enumerable.Range(FirstReplacement, LastReplacement - FirstReplacement + 1)
            .Where(code => !text.Contains((char)code, StringComparison.Ordinal)
                && !text.Contains(code.ToString("X4", CultureInfo.InvariantCulture), StringComparison.OrdinalIgnoreCase))
            .Take(Separators.Length)
            .Select(code => (char)code));
}
