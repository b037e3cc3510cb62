using System.Text;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Expressions;

/// <summary>Writes the normal form: one space around operators, texts in single quotes, no redundant parentheses.</summary>
internal sealed class ExpressionWriter
{
    private readonly StringBuilder _text = new();

    private ExpressionWriter()
    {
    }

    public static string NormalForm(ExpressionNode node)
    {
        var writer = new ExpressionWriter();
        writer.Write(node, ExpressionOperator.Conditional);
        return writer._text.ToString();
    }

    /// <param name="level">A node that binds less is put into parentheses.</param>
    private void Write(ExpressionNode node, int level)
    {
        if (node.Level < level)
        {
            _text.Append('(');
            Write(node);
            _text.Append(')');
        }
        else
        {
            Write(node);
        }
    }

    private void Write(ExpressionNode node)
    {
        switch (node)
        {
            case ExpressionNode.Literal literal:
                _text.Append(Literal(literal.Value));
                break;
            case ExpressionNode.Path path:
                _text.Append(ValuePath.Of(path.Value.Segments));
                break;
            case ExpressionNode.Access access:
                Write(access.Target, ExpressionOperator.Postfix);
                foreach (var step in access.Steps)
                {
                    WriteStep(step);
                }

                break;
            case ExpressionNode.ListOf list:
                WriteItems('[', list.Items, ']');
                break;
            case ExpressionNode.Call call:
                _text.Append(call.Function.Name);
                WriteItems('(', call.Arguments, ')');
                break;
            case ExpressionNode.Unary unary:
                _text.Append(unary.Symbol);
                Write(unary.Operand, ExpressionOperator.Unary);
                break;
            case ExpressionNode.Infix infix:
                Write(infix.First, infix.Level + 1);
                foreach (var right in infix.Rights)
                {
                    _text.Append(' ').Append(right.Operator.Symbol).Append(' ');
                    Write(right.Operand, infix.Level + 1);
                }

                break;
            case ExpressionNode.Conditional conditional:
                foreach (var one in conditional.Cases)
                {
                    Write(one.When, ExpressionOperator.Or);
                    _text.Append(" ? ");
                    Write(one.Then);
                    _text.Append(" : ");
                }

                Write(conditional.Otherwise);
                break;
        }
    }

    private static string Literal(ExpressionValue value) => value switch
    {
        ExpressionValue.Truth truth => truth.Value ? "true" : "false",
        ExpressionValue.Number number => ExpressionNumber.Write(number.Value),
        ExpressionValue.Text text => QuotedText.Write(text.Value, '\''),
        _ => "null",
    };

    private void WriteStep(ExpressionNode.Step step)
    {
        if (step.Name is { } name)
        {
            _text.Append(ValuePath.Of(["_", name]).ToString().AsSpan(1));
            return;
        }

        _text.Append('[');
        Write(step.Index!);
        _text.Append(']');
    }

    private void WriteItems(char open, IReadOnlyList<ExpressionNode> items, char close)
    {
        _text.Append(open);
        for (var index = 0; index < items.Count; index++)
        {
            _text.Append(index == 0 ? "" : ", ");
            Write(items[index]);
        }

        _text.Append(close);
    }
}
