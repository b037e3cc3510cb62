using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orchestrator.Workflows.Sources;

/// <summary>
/// Reads YAML text into <see cref="SourceNode"/>s: one document, names once per object, anchors and <c>&lt;&lt;</c> within the limits of
/// <see cref="DefinitionLimits"/>, plain scalars by the core schema of YAML 1.2 (<see cref="YamlScalar"/>).
/// </summary>
internal static class YamlSource
{
    /// <summary>
    /// The root, or null when the text is empty or cannot be read; everything wrong with it goes to <paramref name="diagnostics"/>. A name that
    /// stands twice is reported and leaves a tree, as in JSON; everything else leaves none, since all that followed would be its consequence.
    /// </summary>
    public static SourceNode? Parse(string text, DiagnosticBag diagnostics)
    {
        var places = new TextPlaces(text);
        if (Unprintable(text) is { } index)
        {
            var (line, column) = places.At(index);
            diagnostics.Error(DiagnosticCodes.InvalidText, line, column, $"The character U+{(int)text[index]:X4} cannot stand in YAML; in double quotes it can be written as an escape.");
            return null;
        }

        // Comments carry nothing, and the parser stumbles over some of them.
        var scanner = new Scanner(new StringReader(YamlBreaks.Hide(text)), skipComments: true);
        var parser = new Parser(scanner);
        var tree = new YamlTree(places, diagnostics);
        try
        {
            while (Next(parser, scanner) is { } item && tree.Add(item))
            {
            }
        }
        catch (YamlException exception)
        {
            var (line, column) = places.At(YamlMistake.Index(exception, scanner.CurrentPosition));
            diagnostics.Error(DiagnosticCodes.InvalidText, line, column, $"This is not valid YAML: {YamlMistake.Sentence(exception, text)}");
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
            // The parser's way to refuse some malformed anchors, tags, directives and brackets; what it says then means nothing to the writer.
            throw new SyntaxErrorException(
                scanner.CurrentPosition, scanner.CurrentPosition, "Something before this place cannot be understood. Check brackets, quotes and indentation.");
        }
    }

    /// <summary>The first character that YAML forbids. The parser takes a NUL for the end of the text, and would pass over all that follows.</summary>
    private static int? Unprintable(string text)
    {
        for (var index = 0; index < text.Length; index++)
        {
            if (text[index] is (< ' ' and not ('\t' or '\n' or '\r')) or '\uFFFE' or '\uFFFF' or (>= '\uFDD0' and <= '\uFDD2') or (>= '\u007F' and < '\u00A0' and not '\u0085'))
            {
                return index;
            }
        }

        return null;
    }
}
