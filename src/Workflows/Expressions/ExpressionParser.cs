using System.Globalization;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Expressions;

/// <summary>Reads an expression by the levels of its operators. Not thread-safe: it serves one reading.</summary>
internal sealed class ExpressionParser
{
    private readonly ExpressionCursor _at;

    private ExpressionParser(string text) => _at = new ExpressionCursor(text);

    /// <exception cref="ExpressionFailure">It is no expression.</exception>
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
            var then = ReadExpression();
            _at.Expect(":", "':' and what holds otherwise");
            (cases ??= []).Add(new(node, then));
            node = ReadInfix(ExpressionOperator.Or);
        }

        _at.Leave();
        return (cases, node) switch
        {
            (null, _) => node,
            (_, ExpressionNode.Conditional rest) => new ExpressionNode.Conditional([.. cases, .. rest.Cases], rest.Otherwise, start, _at.End - start),
            _ => new ExpressionNode.Conditional(cases, node, start, _at.End - start),
        };
    }

    private ExpressionNode ReadInfix(int level)
    {
        var start = _at.Current.Position;
        var left = ReadUnary();
        while (ExpressionOperator.Of(_at.Current) is { } first && first.Level >= level)
        {
            var rights = new List<ExpressionNode.Right>();
            while (ExpressionOperator.Of(_at.Current) is { } next && next.Level == first.Level)
            {
                if (rights.Count > 0 && !next.CanRepeat)
                {
                    throw _at.Wrong($"'{first.Symbol}' and '{next.Symbol}' cannot follow one another.", "Join comparisons with '&&', or use parentheses.");
                }

                var position = _at.Advance().Position;
                rights.Add(new(next, position, ReadInfix(next.Level + 1)));
            }

            left = left is ExpressionNode.Infix inner && inner.Level == first.Level && first.CanRepeat
                ? new ExpressionNode.Infix(inner.First, [.. inner.Rights, .. rights], start, _at.End - start)
                : new ExpressionNode.Infix(left, rights, start, _at.End - start);
        }

        return left;
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
        var steps = new List<ExpressionNode.Step>();
        while (_at.Current.Is(".") || _at.Current.Is("["))
        {
            steps.Add(_at.Advance().Text == "." ? ReadMember() : ReadIndex());
        }

        if (_at.Current.Is("(") && steps is [.., { Name: { } method, Index: null } last])
        {
            var suggestion = method == "length" ? "Write .length without parentheses." : $"Write {ExpressionText.Cut(method)}(…) with the value as its first argument.";
            throw new ExpressionFailure($"'{ExpressionText.Cut(method)}' cannot be called on a value.", last.Position, last.Length, suggestion);
        }

        var known = node is ExpressionNode.Path ? steps.TakeWhile(step => step.Name is not null).Count() : 0;
        if (known > 0 && node is ExpressionNode.Path path)
        {
            var names = steps.Take(known).ToList();
            node = new ExpressionNode.Path(
                ValuePath.Of([.. path.Value.Segments, .. names.Select(step => step.Name!)]), [.. path.Steps, .. names], start, names[^1].Position + names[^1].Length - start);
        }

        return steps.Count == known ? node
            : node is ExpressionNode.Access access ? new ExpressionNode.Access(access.Target, [.. access.Steps, .. steps], start, _at.End - start)
            : new ExpressionNode.Access(node, [.. steps.Skip(known)], start, _at.End - start);
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
        switch (token.Kind)
        {
            case ExpressionToken.Sort.Number:
                return ReadLiteral(new ExpressionValue.Number(token.Number));
            case ExpressionToken.Sort.Text:
                return ReadLiteral(new ExpressionValue.Text(token.Text));
            case ExpressionToken.Sort.Name when token.Text == "null":
                return ReadLiteral(new ExpressionValue.Null());
            case ExpressionToken.Sort.Name when token.Text is "true" or "false":
                return ReadLiteral(new ExpressionValue.Truth(token.Text == "true"));
            case ExpressionToken.Sort.Name when token.Text != "in":
                _at.Advance();
                return _at.Current.Is("(")
                    ? ReadCall(token)
                    : new ExpressionNode.Path(ValuePath.Of([token.Text]), [], token.Position, token.Length);
            case ExpressionToken.Sort.Symbol when token.Text == "[":
                _at.Advance();
                var items = ReadItems("]");
                return new ExpressionNode.ListOf(items, token.Position, _at.End - token.Position);
            case ExpressionToken.Sort.Symbol when token.Text == "(":
                _at.Advance();
                var inner = ReadExpression();
                _at.Expect(")", "')'");
                return inner with { Position = token.Position, Length = _at.End - token.Position };
            default:
                throw _at.Unexpected("a value", token.Text == "in" ? "An output or input named 'in' is written context.in." : null);
        }
    }

    private ExpressionNode.Literal ReadLiteral(ExpressionValue value)
    {
        var token = _at.Advance();
        return new(value, token.Position, token.Length);
    }

    private ExpressionNode.Call ReadCall(ExpressionToken name)
    {
        if (!ExpressionFunctions.All.TryGetValue(name.Text, out var function))
        {
            throw new ExpressionFailure(
                $"There is no function '{ExpressionText.Cut(name.Text)}'.", name.Position, name.Length,
                Suggestion.For(ExpressionText.Cut(name.Text), ExpressionFunctions.All.Keys) ?? $"There are {string.Join(", ", ExpressionFunctions.All.Keys)}.");
        }

        _at.Advance();
        var arguments = ReadItems(")");
        var length = _at.End - name.Position;
        return arguments.Count >= function.MinArguments && arguments.Count <= function.MaxArguments
            ? new(function, arguments, name.Position, length)
            : throw new ExpressionFailure($"{function.Name} does not take {arguments.Count} arguments.", name.Position, length, $"Write {function.Usage}.");
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
