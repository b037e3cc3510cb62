namespace Orchestrator.Workflows.Expressions;

/// <summary>The position of the parser: the next token and the nesting depth. Used for one parse. Not thread-safe.</summary>
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

    /// <summary>The next token.</summary>
    public ExpressionToken Current { get; private set; }

    /// <summary>Where the last consumed token ends.</summary>
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

    /// <summary>Enters a level of nesting, until <see cref="Leave"/>.</summary>
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
