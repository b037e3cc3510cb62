namespace Orchestrator.Workflows.Expressions;

/// <summary>Where the reading of an expression stands: the next token, and how deep it is. Not thread-safe: it serves one reading.</summary>
internal sealed class ExpressionCursor
{
    private readonly string _text;
    private readonly ExpressionTokenizer _tokens;
    private int _depth;

    public ExpressionCursor(string text)
    {
        _text = text;
        _tokens = new ExpressionTokenizer(text);
        Current = _tokens.Next();
    }

    /// <summary>The token that comes next.</summary>
    public ExpressionToken Current { get; private set; }

    /// <summary>Where the last token that was taken ends.</summary>
    public int End { get; private set; }

    public ExpressionToken Advance()
    {
        var token = Current;
        End = token.End;
        Current = _tokens.Next();
        return token;
    }

    public bool Take(string symbol)
    {
        var found = Current.Is(symbol);
        if (found)
        {
            Advance();
        }

        return found;
    }

    public void Expect(string symbol, string expected)
    {
        if (!Take(symbol))
        {
            throw Unexpected(expected);
        }
    }

    /// <summary>Goes one level deeper; <see cref="Leave"/> comes back.</summary>
    public void Enter()
    {
        if (++_depth > ExpressionLimits.MaxNesting)
        {
            throw Wrong($"The expression is nested more than {ExpressionLimits.MaxNesting} levels deep.", null);
        }
    }

    public void Leave() => _depth--;

    public ExpressionFailure Unexpected(string expected, string? suggestion = null) => Wrong(
        Current.Kind == ExpressionToken.Sort.End
            ? $"The expression ends where {expected} must follow."
            : $"'{ExpressionText.Cut(_text.Substring(Current.Position, Current.Length))}' cannot stand here; {expected} must follow.",
        suggestion ?? Hint());

    public ExpressionFailure Wrong(string message, string? suggestion) => new(message, Current.Position, Current.Length, suggestion);

    private string? Hint() => Current is { Kind: ExpressionToken.Sort.Name, Text: var word }
        ? word switch
        {
            "and" => "Write '&&'.",
            "or" => "Write '||'.",
            "is" or "eq" => "Write '=='.",
            _ when _text.AsSpan(0, End).EndsWith("not", StringComparison.Ordinal) => "Write '!' for 'not'.",
            _ => null,
        }
        : null;
}
