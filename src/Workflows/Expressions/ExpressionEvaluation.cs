using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Expressions;

/// <summary>One evaluation of an expression: each node at most once, in order of appearance. Not thread-safe.</summary>
internal sealed class ExpressionEvaluation(string text, Func<ValuePath, RootValue> lookup)
{
    private const int MaxCandidates = 1_000;
    private int _produced;
    private int _steps;

    /// <exception cref="ExpressionFailure">A value is missing, of the wrong type, or too large.</exception>
    public ExpressionValue Of(ExpressionNode node) => node switch
    {
        ExpressionNode.Literal literal => literal.Value,
        ExpressionNode.Path or ExpressionNode.Access => Find(node, out var missing) ?? throw missing!,
        ExpressionNode.ListOf list => ListOf(list),
        ExpressionNode.Call call => call.Function.Body(new ExpressionCall(this, call)),
        ExpressionNode.Unary unary => Unary(unary),
        ExpressionNode.Infix infix => infix.Level <= ExpressionOperator.And ? Logical(infix) : Calculated(infix),
        ExpressionNode.Conditional conditional =>
            Of(conditional.Cases.FirstOrDefault(one => Condition(one.When, "?"))?.Then ?? conditional.Otherwise),
        _ => throw new InvalidOperationException($"There is no evaluation of {node.GetType()}."),
    };

    /// <summary>The value of a node; null, with the error, if it is a path to a value that does not exist.</summary>
    public ExpressionValue? Find(ExpressionNode node, out ExpressionFailure? missing)
    {
        missing = null;
        return node switch
        {
            ExpressionNode.Path path => FindRoot(path, out missing),
            ExpressionNode.Access access => Find(access.Target, out missing) is { } target
                ? Follow(target, access, access.Steps, out missing)
                : null,
            _ => Of(node),
        };
    }

    /// <summary>Counts text that the expression produces, and refuses what is over the limits.</summary>
    public void Charge(int length, ExpressionNode node)
    {
        _produced = Math.Min(_produced, ExpressionLimits.MaxWork) + Math.Min(length, ExpressionLimits.MaxText + 1);
        if (length > ExpressionLimits.MaxText || _produced > ExpressionLimits.MaxWork)
        {
            var isLong = length > ExpressionLimits.MaxText;
            throw Wrong(isLong ? "The result is longer than 10 MiB." : "The expression makes more than 100 MiB of text on its way.", node);
        }
    }

    /// <summary>Counts elements that the expression processes, and refuses what is over the limit.</summary>
    public void Count(int steps, ExpressionNode node)
    {
        if (steps > ExpressionLimits.MaxSteps - _steps)
        {
            throw Wrong("The expression goes through more than 10,000,000 elements.", node);
        }

        _steps += steps;
    }

    /// <summary>The value as compact JSON.</summary>
    public string Write(ExpressionValue value, ExpressionNode node)
    {
        try
        {
            var json = value is ExpressionValue.Number number
                ? ExpressionNumber.Write(number.Value)
                : value.ToNode()?.ToJsonString(WorkflowJson.Compact) ?? "null";
            Charge(json.Length, node);
            return json;
        }
        catch (Exception exception) when (ExpressionValue.IsUnreadable(exception))
        {
            throw Wrong("This value cannot be written as JSON: it is no valid JSON, or nested more than 64 levels deep.", node);
        }
    }

    /// <summary>A sentence part such as <c>'inputs.age' is a text</c>.</summary>
    public string Describe(ExpressionNode node, ExpressionValue value) => Describe(node.Position, node.End, value);

    /// <summary>The same for the value of a part of the text.</summary>
    public string Describe(int start, int end, ExpressionValue value) =>
        text[start] is '\'' or '"' ? $"{Source(start, end)} is {value.Kind}" : $"'{Source(start, end)}' is {value.Kind}";

    public static ExpressionFailure Wrong(string message, ExpressionNode node, string? suggestion = null) =>
        new(message, node.Position, node.Length, suggestion);

    /// <summary>The suggestion for a value that must not be null; null if it is another value.</summary>
    public string? HintForNull(ExpressionNode node, ExpressionValue value, string instead) => value is ExpressionValue.Null
        ? $"Write coalesce({(node.Level == ExpressionOperator.Postfix ? Source(node.Position, node.End) : "…")}, {instead}) where null may come."
        : null;

    private string Source(int start, int end) => ExpressionText.Cut(text[start..end]);

    private ExpressionValue? FindRoot(ExpressionNode.Path path, out ExpressionFailure? missing)
    {
        var root = lookup(path.Value);
        if (!root.Exists)
        {
            missing = Wrong(root.Problem ?? $"There is no '{path.Value.Root}'.", path, root.Suggestion);
            return null;
        }

        return Follow(ExpressionValue.Of(root.Value), path, [.. path.Steps.Skip(root.Consumed - 1)], out missing);
    }

    private ExpressionValue? Follow(
        ExpressionValue from, ExpressionNode node, IReadOnlyList<ExpressionNode.Step> steps, out ExpressionFailure? missing)
    {
        missing = null;
        foreach (var step in steps)
        {
            var name = step.Name ?? Index(step.Index!);
            if (from is ExpressionValue.Opaque || !ValuePath.TryStep(from.ToNode(), name, out var found))
            {
                missing = Missing(from, name, node, step);
                return null;
            }

            from = ExpressionValue.Of(found);
        }

        return from;
    }

    private ExpressionFailure Missing(ExpressionValue from, string name, ExpressionNode node, ExpressionNode.Step step)
    {
        var owner = Source(node.Position, step.Position).TrimEnd('.', ' ');
        var written = ExpressionText.Cut(name);
        return from switch
        {
            ExpressionValue.Null => Wrong(
                $"'{owner}' is null and has no '{written}'.", "Write coalesce(…, null) around the path where it may be missing."),
            ExpressionValue.List list when name.All(char.IsAsciiDigit) => Wrong(
                $"'{owner}' has no element {written}, it has {list.Items.Count}.", "The first is [0]."),
            ExpressionValue.Object item => Wrong(
                $"'{owner}' has no '{written}'.", Suggestion.For(written, item.Members.Select(member => member.Key).Take(MaxCandidates))),
            _ => Wrong($"'{owner}' is {from.Kind} and has no '{written}'.", null),
        };

        ExpressionFailure Wrong(string message, string? suggestion) => new(message, step.Position, step.Length, suggestion);
    }

    private string Index(ExpressionNode node) => Of(node) switch
    {
        ExpressionValue.Text name => name.Value,
        ExpressionValue.Number { Value: >= 0 } number when decimal.IsInteger(number.Value) => number.Value.ToString(CultureInfo.InvariantCulture),
        var other => throw Wrong($"An index must be a text or a whole number from 0 on, and {Describe(node, other)}.", node),
    };

    private ExpressionValue.List ListOf(ExpressionNode.ListOf list)
    {
        var items = new JsonArray();
        foreach (var item in list.Items)
        {
            var value = Of(item);
            Write(value, item);
            items.Add(value.ToNode()?.DeepClone());
        }

        return new(items);
    }

    private ExpressionValue Unary(ExpressionNode.Unary unary) => unary.Symbol == "!"
        ? new ExpressionValue.Truth(!Condition(unary.Operand, "!"))
        : Of(unary.Operand) switch
        {
            ExpressionValue.Number number => new ExpressionValue.Number(-number.Value),
            var other => throw Wrong(
                $"'-' needs a number, and {Describe(unary.Operand, other)}.", unary.Operand, HintForNull(unary.Operand, other, "0")),
        };

    private ExpressionValue.Truth Logical(ExpressionNode.Infix infix)
    {
        var (symbol, decides) = (infix.Rights[0].Operator.Symbol, infix.Level == ExpressionOperator.Or);
        var operands = infix.Rights.Select(right => right.Operand).Prepend(infix.First);
        return new(operands.Any(operand => Condition(operand, symbol) == decides) == decides);
    }

    private bool Condition(ExpressionNode node, string symbol) => Of(node) switch
    {
        ExpressionValue.Truth truth => truth.Value,
        var other => throw Wrong($"'{symbol}' needs true or false, and {Describe(node, other)}.", node, ConditionHint(node, other)),
    };

    private string? ConditionHint(ExpressionNode node, ExpressionValue value)
    {
        var what = node.Level == ExpressionOperator.Postfix ? Source(node.Position, node.End) : "…";
        return value switch
        {
            ExpressionValue.Null => $"Write {what} != null.",
            ExpressionValue.Text => $"Write {what} != ''.",
            ExpressionValue.Number => $"Write {what} != 0.",
            ExpressionValue.List => $"Write len({what}) > 0.",
            _ => null,
        };
    }

    private ExpressionValue Calculated(ExpressionNode.Infix infix)
    {
        var left = Of(infix.First);
        var end = infix.First.End;
        foreach (var right in infix.Rights)
        {
            left = new ExpressionOperation(this, right, left, Of(right.Operand), infix.Position, end).Result();
            end = right.Operand.End;
        }

        return left;
    }
}
