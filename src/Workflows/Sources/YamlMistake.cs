using YamlDotNet.Core;

namespace Orchestrator.Workflows.Sources;

/// <summary>Says in plain words where and why the parser could not go on.</summary>
internal static class YamlMistake
{
    private const string Tab = "A tab stands where the indentation is; YAML indents with spaces.";
    private const string Unclosed = "The quote that begins here has no end.";

    /// <summary>What the parser says contains this; what we say; whether the place is where the thing begins, not where the parser gave up.</summary>
    private static readonly (string Part, string Sentence, bool AtStart)[] Known =
    [
        ("invalid tab as indentation", Tab, false),
        ("a tab character that violate", Tab, false),
        ("quoted scalar, found unexpected end of stream", Unclosed, true),
        ("quoted scalar, found unexpected document indicator", Unclosed, true),
        ("double-quoted scalar, found wrong indentation", "This line is part of a quoted text and needs the indentation of that text, or the quote that begins above has no end.", false),
        ("found unknown escape character", "There is no such escape in double quotes. Write \\\\ for a backslash, or use single quotes.", false),
        ("did not find expected hexadecimal number", "An escape has too few hexadecimal digits.", false),
        ("invalid Unicode", "An escape is no Unicode character.", false),
        ("could not find expected ':'", "This is no 'name: value': the ':' is missing. A text of several lines needs quotes or '|'.", true),
        ("are not allowed in this context", "A ':' or a '-' stands where it cannot. Check the indentation; a text that contains ': ' needs quotes.", true),
        ("found invalid mapping", "A ': ' stands in the middle of a text. Put the text in quotes.", true),
        ("containing disallowed", "A name is missing after '&' or '*'; it has no spaces, brackets or commas. A text that begins with them needs quotes.", true),
        ("did not find expected ',' or '}'", "A ',' or a '}' is missing before this.", true),
        ("did not find expected ',' or ']'", "A ',' or a ']' is missing before this.", true),
        ("did not find expected key", "The next name of an object, or something further left, was expected here. Check the indentation.", true),
        ("did not find expected '-' indicator", "The next '-' of a list, or something further left, was expected here. Check the indentation.", true),
        ("did not find expected node content", "A value was expected here.", true),
        ("extra spaces in first line", "The first lines of this text are indented more than its first line with letters.", false),
        ("more spaces in lines above first content line", "The empty lines above this are indented more than the text itself.", false),
        ("did not find expected <document", "Something stands here that is no part of what came before. Check the indentation.", true),
        ("undefined tag handle", "A tag begins with a handle that is not declared.", true),
        ("more than one anchor", "A value has two anchors.", true),
        ("Anchor before sequence entry", "An anchor cannot stand before a '-' on the same line.", true),
    ];

    /// <summary>The offset of the place, from 0.</summary>
    public static long Index(YamlException exception, Mark now) =>
        exception.Start.Equals(Mark.Empty) && exception.End.Equals(Mark.Empty) ? now.Index
        : Find(exception).AtStart ? exception.Start.Index : exception.End.Index;

    public static string Sentence(YamlException exception, string text)
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
