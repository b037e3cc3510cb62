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
    /// the tree is returned, as for JSON; after any other error there is none, because further errors would only be its consequences.
    /// </summary>
    public static SourceNode? Parse(string text, DiagnosticBag diagnostics)
    {
        var errors = new YamlErrors(new LineIndex(text), diagnostics);
        if (FindForbidden(text) is { } index)
        {
            errors.Add(index, $"YAML does not allow the character U+{(int)text[index]:X4}; write it as an escape in double quotes.");
            return null;
        }

        var separators = new YamlLineSeparators(text);
        if (separators.Problem is { } problem)
        {
            errors.Add(problem.Index, problem.Message);
            return null;
        }

        // Comments are skipped because the parser fails on some of them.
        var scanner = new Scanner(new StringReader(separators.Replaced), skipComments: true);
        var parser = new Parser(scanner);
        var tree = new YamlTree(errors, separators, diagnostics);
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
                or '\uFFFE' or '\uFFFF')
            {
                return index;
            }
        }

        return null;
    }
}
