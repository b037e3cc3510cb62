using System.Text;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Expressions;

/// <summary>Splits an expression into tokens, one at a time. Used for one parse. Not thread-safe.</summary>
internal sealed class ExpressionTokenizer(string text)
{
    private static readonly string[] Symbols =
        ["==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", "(", ")", "[", "]", ",", "."];

    // Operators and quotes of other languages, with what to write instead.
    private static readonly (string Written, string Suggestion)[] Foreign =
    [
        ("===", "Write '=='."),
        ("!==", "Write '!='."),
        ("<>", "Write '!='."),
        ("??", "Write coalesce(a, b)."),
        ("?.", "Write coalesce(a.b, null)."),
        ("{{", "Names are written without braces."),
        ("${", "Names are written without '$' and braces."),
        ("$", "Names are written without '$'."),
        ("&", "Write '&&'."),
        ("|", "Write '||'."),
        ("=", "Write '=='."),
        ("`", "Texts stand in ' or \"."),
        ("‘", "Texts stand in ' or \"."),
        ("’", "Texts stand in ' or \"."),
        ("“", "Texts stand in ' or \"."),
        ("”", "Texts stand in ' or \"."),
    ];

    private int _position;

    public ExpressionToken Next()
    {
        while (_position < text.Length && text[_position] is ' ' or '\t' or '\n' or '\r')
        {
            _position++;
        }

        if (_position == text.Length)
        {
            return new(ExpressionToken.Sort.End, _position, 0, "");
        }

        return text[_position] switch
        {
            '"' or '\'' => Text(),
            var digit when char.IsAsciiDigit(digit) => Number(),
            var letter when IsNameCharacter(letter) => Name(),
            _ => Symbol(),
        };
    }

    private static bool IsNameCharacter(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';

    private bool At(string symbol) => string.CompareOrdinal(text, _position, symbol, 0, symbol.Length) == 0;

    private ExpressionToken Text()
    {
        var start = _position;
        return QuotedText.TryRead(text, ref _position, out var content, out var error)
            ? new(ExpressionToken.Sort.Text, start, _position - start, content)
            : throw new ExpressionFailure(error, _position, 1);
    }

    private ExpressionToken Name()
    {
        var start = _position;
        Skip(IsNameCharacter);
        if (_position < text.Length && IsLetter(_position))
        {
            throw NotAscii();
        }

        return new(ExpressionToken.Sort.Name, start, _position - start, text[start.._position]);
    }

    private ExpressionToken Number()
    {
        var start = _position;
        Skip(char.IsAsciiDigit);
        if (DigitAt(_position + 1) && text[_position] == '.')
        {
            _position++;
            Skip(char.IsAsciiDigit);
        }

        if (_position < text.Length && text[_position] is 'e' or 'E')
        {
            var sign = _position + 1 < text.Length && text[_position + 1] is '+' or '-' ? 1 : 0;
            if (DigitAt(_position + 1 + sign))
            {
                _position += 1 + sign;
                Skip(char.IsAsciiDigit);
            }
        }

        var length = _position - start;
        if (_position < text.Length && IsNameCharacter(text[_position]))
        {
            Skip(IsNameCharacter);
            throw new ExpressionFailure($"'{Short(start)}' is no number, and a name cannot begin with a digit.", start, _position - start);
        }

        return ExpressionNumber.TryRead(text.AsSpan(start, length), out var number)
            ? new(ExpressionToken.Sort.Number, start, length, "", number)
            : throw new ExpressionFailure($"The number '{Short(start)}' is too large; the largest is about 7.9e28.", start, length);
    }

    private ExpressionToken Symbol()
    {
        var start = _position;
        if (Foreign.FirstOrDefault(foreign => At(foreign.Written)) is { Written: { } written } found
            && !Symbols.Any(symbol => symbol.Length >= written.Length && At(symbol)))
        {
            throw new ExpressionFailure($"There is no '{written}' in expressions.", start, written.Length, found.Suggestion);
        }

        if (Symbols.FirstOrDefault(At) is { } symbol)
        {
            _position += symbol.Length;
            return new(ExpressionToken.Sort.Symbol, start, symbol.Length, symbol);
        }

        throw IsLetter(start)
            ? NotAscii()
            : new ExpressionFailure($"'{Visible(start)}' means nothing in expressions.", start, Width(start));
    }

    private ExpressionFailure NotAscii() => new(
        $"'{Visible(_position)}' cannot stand in a name; names of other letters than a to z go into [\"…\"].",
        _position, Width(_position), "Write inputs[\"…\"], for example.");

    private void Skip(Func<char, bool> belongs)
    {
        while (_position < text.Length && belongs(text[_position]))
        {
            _position++;
        }
    }

    private bool DigitAt(int position) => position < text.Length && char.IsAsciiDigit(text[position]);

    private string Short(int start) => ExpressionText.Cut(text[start.._position]);

    private bool IsLetter(int position) => Rune.TryGetRuneAt(text, position, out var character) && Rune.IsLetter(character);

    private int Width(int position) => position + 1 < text.Length && char.IsSurrogatePair(text[position], text[position + 1]) ? 2 : 1;

    private string Visible(int position) => Width(position) == 1 && (char.IsControl(text[position]) || char.IsSurrogate(text[position]))
        ? $"\\u{(int)text[position]:x4}"
        : text.Substring(position, Width(position));
}

/// <summary>A token of an expression. Immutable. Thread-safe.</summary>
/// <param name="Text">The content of a text without quotes and escapes; a name or symbol as written; empty for a number and at the end.</param>
/// <param name="Number">The number; 0 for all others.</param>
internal sealed record ExpressionToken(ExpressionToken.Sort Kind, int Position, int Length, string Text, decimal Number = 0)
{
    internal enum Sort
    {
        End,
        Number,
        Text,
        Name,
        Symbol,
    }

    public int End => Position + Length;

    public bool Is(string symbol) => Kind == Sort.Symbol && Text == symbol;
}
