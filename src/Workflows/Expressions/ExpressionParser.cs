using System.Globalization;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Expressions;

/// <summary>Parses an expression by precedence climbing. Used for one parse. Not thread-safe.</summary>
internal sealed class ExpressionParser
{
    private readonly ExpressionCursor _at;

    private ExpressionParser(string text) => _at = new ExpressionCursor(text);

    /// <exception cref="ExpressionFailure">The text is not an expression.</exception>
    public static ExpressionNode Parse(string text)
    {
        if (text.Length > ExpressionLimits.MaxLength)
        {
            var message = $"The expression has {text.Length} characters; {ExpressionLimits.MaxLength} are allowed.";
            throw new ExpressionFailure(message, ExpressionLimits.MaxLength, text.Length - ExpressionLimits.MaxLength);
        }

        var parser = new ExpressionParser(text);
        if (parser._at.Current.Kind == ExpressionToken.Sort.End)
        {
            throw new ExpressionFailure("The expression is empty.", 0, 0);
        }

        var node = parser.ReadExpression();
        return parser._at.Current.Kind == ExpressionToken.Sort.End ? node : throw parser._at.Unexpected("an operator or the end");
    }

    private ExpressionNode ReadExpression()
    {
        _at.Enter();
        var start = _at.Current.Position;
        List<ExpressionNode.Case>? cases = null;
        var node = ReadInfix(ExpressionOperator.Or);
        while (_at.Take("?"))
        {
            cases ??= [];
            cases.Add(new(node, ReadExpression()));
            _at.Expect(":", "':' and what holds otherwise");
            node = ReadInfix(ExpressionOperator.Or);
        }

        _at.Leave();
        return cases is null ? node : ExpressionTree.Conditional(cases, node, start, _at.End - start);
    }

    private ExpressionNode ReadInfix(int level)
    {
        var start = _at.Current.Position;
        var left = ReadUnary();
        while (ExpressionOperator.Of(_at.Current) is { } first && first.Level >= level)
        {
            var rights = new List<ExpressionNode.Right>();
            while (TakeOperator(first, rights.Count) is { } next)
            {
                rights.Add(new(next, _at.End - next.Symbol.Length, ReadInfix(next.Level + 1)));
            }

            left = ExpressionTree.Infix(left, rights, start, _at.End - start);
        }

        return left;
    }

    private ExpressionOperator? TakeOperator(ExpressionOperator first, int taken)
    {
        var next = ExpressionOperator.Of(_at.Current);
        if (next?.Level != first.Level)
        {
            return null;
        }

        if (taken > 0 && !next.CanRepeat)
        {
            throw _at.Wrong($"'{first.Symbol}' and '{next.Symbol}' cannot follow one another.", "Join comparisons with '&&', or use parentheses.");
        }

        _at.Advance();
        return next;
    }

    private ExpressionNode ReadUnary()
    {
        if (!_at.Current.Is("!") && !_at.Current.Is("-"))
        {
            return ReadPostfix();
        }

        _at.Enter();
        var sign = _at.Advance();
        var operand = ReadUnary();
        _at.Leave();
        return new ExpressionNode.Unary(sign.Text, operand, sign.Position, _at.End - sign.Position);
    }

    private ExpressionNode ReadPostfix()
    {
        var start = _at.Current.Position;
        var node = ReadPrimary();
        if (!_at.Current.Is(".") && !_at.Current.Is("["))
        {
            return node;
        }

        var steps = new List<ExpressionNode.Step>();
        while (_at.Current.Is(".") || _at.Current.Is("["))
        {
            steps.Add(_at.Advance().Text == "." ? ReadMember() : ReadIndex());
        }

        RefuseMethod(steps[^1]);
        return ExpressionTree.Followed(node, steps, start, _at.End - start);
    }

    private void RefuseMethod(ExpressionNode.Step last)
    {
        if (_at.Current.Is("(") && last.Name is { } method)
        {
            var suggestion = method == "length"
                ? "Write .length without parentheses."
                : $"Write {ExpressionText.Cut(method)}(…) with the value as its first argument.";
            throw new ExpressionFailure($"'{ExpressionText.Cut(method)}' cannot be called on a value.", last.Position, last.Length, suggestion);
        }
    }

    private ExpressionNode.Step ReadMember()
    {
        if (_at.Current.Kind != ExpressionToken.Sort.Name)
        {
            throw _at.Unexpected("a name after '.'", "Elements of lists are written [0], names of other letters [\"…\"].");
        }

        var name = _at.Advance();
        return new(name.Text, null, name.Position, name.Length);
    }

    private ExpressionNode.Step ReadIndex()
    {
        var start = _at.End - 1;
        var index = ReadExpression();
        _at.Expect("]", "']'");
        var name = (index as ExpressionNode.Literal)?.Value switch
        {
            ExpressionValue.Text text => text.Value,
            ExpressionValue.Number number when decimal.IsInteger(number.Value) => number.Value.ToString(CultureInfo.InvariantCulture),
            _ => null,
        };
        return new(name, name is null ? index : null, start, _at.End - start);
    }

    private ExpressionNode ReadPrimary()
    {
        var token = _at.Current;
        return token.Kind switch
        {
            ExpressionToken.Sort.Number => ReadLiteral(new ExpressionValue.Number(token.Number)),
            ExpressionToken.Sort.Text => ReadLiteral(new ExpressionValue.Text(token.Text)),
            ExpressionToken.Sort.Name => ReadName(token),
            ExpressionToken.Sort.Symbol when token.Text == "[" => ReadList(),
            ExpressionToken.Sort.Symbol when token.Text == "(" => ReadGroup(),
            _ => throw _at.Unexpected("a value"),
        };
    }

    private ExpressionNode ReadName(ExpressionToken token)
    {
        switch (token.Text)
        {
            case "null":
                return ReadLiteral(new ExpressionValue.Null());
            case "true" or "false":
                return ReadLiteral(new ExpressionValue.Truth(token.Text == "true"));
            case "in":
                throw _at.Unexpected("a value", "An output or input named 'in' is written context.in.");
            default:
                _at.Advance();
                return _at.Current.Is("(")
                    ? ReadCall(token)
                    : new ExpressionNode.Path(ValuePath.Of([token.Text]), [], token.Position, token.Length);
        }
    }

    private ExpressionNode.ListOf ReadList()
    {
        var start = _at.Advance().Position;
        var items = ReadItems("]");
        return new(items, start, _at.End - start);
    }

    private ExpressionNode ReadGroup()
    {
        var start = _at.Advance().Position;
        var inner = ReadExpression();
        _at.Expect(")", "')'");
        return inner with { Position = start, Length = _at.End - start };
    }

    private ExpressionNode.Literal ReadLiteral(ExpressionValue value)
    {
        var token = _at.Advance();
        return new(value, token.Position, token.Length);
    }

    private ExpressionNode.Call ReadCall(ExpressionToken name)
    {
        var function = Function(name);
        _at.Advance();
        var arguments = ReadItems(")");
        return function.Takes(arguments.Count)
            ? new(function, arguments, name.Position, _at.End - name.Position)
            : throw new ExpressionFailure(
                $"{function.Name} does not take {arguments.Count} arguments.", name.Position, _at.End - name.Position, $"Write {function.Usage}.");
    }

    private static ExpressionFunction Function(ExpressionToken name)
    {
        var (written, all) = (ExpressionText.Cut(name.Text), ExpressionFunctions.All);
        return all.TryGetValue(name.Text, out var function)
            ? function
            : throw new ExpressionFailure(
                $"There is no function '{written}'.", name.Position, name.Length,
                Suggestion.ForOrAll(written, [.. all.Keys]));
    }

    private List<ExpressionNode> ReadItems(string close)
    {
        var items = new List<ExpressionNode>();
        if (_at.Take(close))
        {
            return items;
        }

        do
        {
            items.Add(ReadExpression());
        }
        while (_at.Take(","));
        _at.Expect(close, $"',' or '{close}'");
        return items;
    }
}
