using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Workflows.Sources;

/// <summary>
/// Parses YAML into <see cref="SourceNode"/>s: one document, unique names, anchors and merge keys (<c>&lt;&lt;</c>) within the limits of
/// <see cref="DefinitionLimits"/>, plain scalars by the core schema of YAML 1.2 (<see cref="YamlScalar"/>).
/// </summary>
internal static class YamlSource
{
    /// <summary>
    /// The root; null when the text is empty or invalid. All errors are added to <paramref name="diagnostics"/>. A duplicate name is reported, and
    /// the
    /// tree is returned, as for JSON; after any other error there is none, because further errors would only be its consequences.
    /// </summary>
    public static SourceNode? Parse(string text, DiagnosticBag diagnostics)
    {
        var errors = new YamlErrors(new LineIndex(text), diagnostics);
        if (FindForbidden(text) is { } index)
        {
            errors.Add(index, $"YAML does not allow the character U+{(int)text[index]:X4}; write it as an escape in double quotes.");
            return null;
        }

        // Comments are skipped because the parser fails on some of them.
        var scanner = new Scanner(new StringReader(YamlLineSeparators.Replace(text)), skipComments: true);
        var parser = new Parser(scanner);
        var tree = new YamlTree(errors, diagnostics);
        try
        {
            while (Next(parser, scanner) is { } item && tree.Add(item))
            {
            }
        }
        catch (YamlException exception)
        {
            errors.Add(YamlErrorText.Index(exception, scanner.CurrentPosition), $"This is not valid YAML: {YamlErrorText.Describe(exception, text)}");
            return null;
        }

        return tree.Root;
    }

    private static ParsingEvent? Next(Parser parser, Scanner scanner)
    {
        try
        {
            return parser.MoveNext() && parser.Current is not StreamEnd ? parser.Current : null;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or OverflowException or FormatException)
        {
            // The parser throws these for some malformed anchors, tags, directives and brackets, with messages that do not help the author.
            throw new SyntaxErrorException(
                scanner.CurrentPosition, scanner.CurrentPosition, "The text before this place is malformed. Check brackets, quotes and indentation.");
        }
    }

    /// <summary>
    /// The index of the first character that YAML forbids. The parser would take a NUL for the end of the text and ignore the rest.
    /// </summary>
    private static int? FindForbidden(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] is (< ' ' and not ('\t' or '\n' or '\r'))
                or (>= '\u007F' and < '\u00A0' and not '\u0085')
                or (>= '\uFDD0' and <= '\uFDD2')
                or '\uFFFE' or '\uFFFF')
            {
                return index;
            }
        }

        return null;
    }
}

/// <summary>
/// Replaces U+0085, U+2028 and U+2029 before parsing and restores them afterwards: the parser ends lines at them, as YAML 1.1 did, but in YAML 1.2
/// they
/// are ordinary characters, at which no comment ends. The replacements are noncharacters, which YAML source must not contain.
/// </summary>
internal static class YamlLineSeparators
{
    public static string Replace(string text) => text.AsSpan().ContainsAny("\u0085\u2028\u2029")
        ? text.Replace('\u0085', '\uFDD0').Replace('\u2028', '\uFDD1').Replace('\u2029', '\uFDD2')
        : text;

    public static string Restore(string text) => text.AsSpan().ContainsAnyInRange('\uFDD0', '\uFDD2')
        ? text.Replace('\uFDD0', '\u0085').Replace('\uFDD1', '\u2028').Replace('\uFDD2', '\u2029')
        : text;
}
