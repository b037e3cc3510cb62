using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using YamlDotNet.Core;

namespace Orchestrator.Workflows.Sources;

/// <summary>Reports the errors of one YAML text that make it unusable. Not thread-safe.</summary>
internal sealed class YamlErrors(LineIndex lines, DiagnosticBag diagnostics)
{
    /// <summary>Whether an error was reported.</summary>
    public bool Any { get; private set; }

    /// <summary>The line and column of an index of the text, both from 1.</summary>
    public (int Line, int Column) Position(long index) => lines.Position(index);

    /// <summary>Reports a syntax error at an index of the text. Always false, so that the caller can return it: reading has to stop.</summary>
    public bool Add(long index, string message)
    {
        var (line, column) = lines.Position(index);
        return Add(line, column, DiagnosticCodes.InvalidText, message);
    }

    /// <summary>Reports a problem with the value at an index of the text, if there is one; reading can continue.</summary>
    public void AddIfAny(long index, string? problem)
    {
        if (problem is not null)
        {
            Add(index, problem);
        }
    }

    /// <summary>Reports that values are nested too deeply. Always false.</summary>
    public bool AddTooDeep(int line, int column) => Add(
        line, column, DiagnosticCodes.InvalidText, $"Objects and lists are nested more than {DefinitionLimits.MaxNesting} levels deep here.");

    /// <summary>Reports that the aliases expand to too many values. Always false.</summary>
    public bool AddTooMany(int line, int column) => Add(
        line, column, DiagnosticCodes.TooLarge,
        $"The aliases of this text expand to more than {DefinitionLimits.MaxAliased} values, "
        + $"or {DefinitionLimits.MaxAliasedCharacters} characters, in all. "
        + "Use fewer of them.");

    /// <summary>Reports an error. Always false.</summary>
    public bool Add(int line, int column, string code, string message)
    {
        diagnostics.Error(code, line, column, message);
        Any = true;
        return false;
    }
}

/// <summary>Translates errors of the YAML parser for the authors of the text, with better places. Thread-safe.</summary>
internal static class YamlErrorText
{
    private const string Tab = "A tab is used for indentation; YAML indents with spaces.";
    private const string Unclosed = "The quote that begins here is not closed.";

    /// <summary>
    /// A part of the parser's message; our sentence; whether the place is the start of the reported range, not its end, where the parser stopped.
    /// </summary>
    private static readonly (string Part, string Sentence, bool AtStart)[] Known =
    [
        ("invalid tab as indentation", Tab, false),
        ("a tab character that violate", Tab, false),
        ("quoted scalar, found unexpected end of stream", Unclosed, true),
        ("quoted scalar, found unexpected document indicator", Unclosed, true),
        ("double-quoted scalar, found wrong indentation",
            "This line is part of a quoted text and needs the indentation of that text, or the quote that begins above is not closed.", false),
        ("found unknown escape character", "This escape is unknown. Write \\\\ for a backslash, or use single quotes.", false),
        ("did not find expected hexadecimal number", "An escape has too few hexadecimal digits.", false),
        ("invalid Unicode", "An escape is not a Unicode character.", false),
        ("could not find expected ':'", "The ':' of 'name: value' is missing. A text of several lines needs quotes or '|'.", true),
        ("are not allowed in this context",
            "A ':' or a '-' is not allowed here. Check the indentation; a text that contains ': ' needs quotes.", true),
        ("found invalid mapping", "A text contains ': '. Put the text in quotes.", true),
        ("containing disallowed",
            "A name is missing after '&' or '*'; it has no spaces, brackets or commas. A text that begins with them needs quotes.", true),
        ("did not find expected ',' or '}'", "A ',' or a '}' is missing before this.", true),
        ("did not find expected ',' or ']'", "A ',' or a ']' is missing before this.", true),
        ("did not find expected key", "The next name of the object, or the end of the object, was expected here. Check the indentation.", true),
        ("did not find expected '-' indicator", "The next '-' of the list, or the end of the list, was expected here. Check the indentation.", true),
        ("did not find expected node content", "A value was expected here.", true),
        ("extra spaces in first line", "The blank lines before this text are indented more than its first line.", false),
        ("more spaces in lines above first content line", "The blank lines above this are indented more than the text itself.", false),
        ("did not find expected <document", "This does not belong to the value before it. Check the indentation.", true),
        ("undefined tag handle", "A tag begins with a handle that is not declared.", true),
        ("more than one anchor", "A value has two anchors.", true),
        ("Anchor before sequence entry", "An anchor before a '-' must be on the line above.", true),
    ];

    /// <summary>The index of the error's place in the text, from 0.</summary>
    /// <param name="current">The place of the parser, for errors without a place.</param>
    public static long Index(YamlException exception, Mark current) =>
        exception.Start.Equals(Mark.Empty) && exception.End.Equals(Mark.Empty) ? current.Index
        : Find(exception).AtStart ? exception.Start.Index : exception.End.Index;

    /// <summary>The error as one or two sentences.</summary>
    public static string Describe(YamlException exception, string text)
    {
        if (exception.Message.Contains("character that cannot start any token", StringComparison.Ordinal) && exception.Start.Index < text.Length)
        {
            var character = text[(int)exception.Start.Index];
            return character == '\t' ? Tab : $"No value can begin with '{character}'; put it in quotes.";
        }

        return Find(exception).Sentence;
    }

    private static (string Part, string Sentence, bool AtStart) Find(YamlException exception)
    {
        var known = Known.FirstOrDefault(mistake => exception.Message.Contains(mistake.Part, StringComparison.OrdinalIgnoreCase));
        return known.Sentence is null ? ("", exception.Message.TrimEnd('.') + ".", true) : known;
    }
}
