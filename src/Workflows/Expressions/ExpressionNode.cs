using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Expressions;

/// <summary>
/// A part of an expression. Sums, paths and branches of <c>? :</c> are flat lists, so that the tree is never deeper than the nesting of the text.
/// Immutable. Thread-safe.
/// </summary>
/// <param name="Position">Where it begins in the text, in characters from 0, including parentheses around it.</param>
internal abstract record ExpressionNode(int Position, int Length)
{
    public int End => Position + Length;

    /// <summary>Its precedence; see <see cref="ExpressionOperator"/>.</summary>
    public virtual int Level => ExpressionOperator.Postfix;

    internal sealed record Literal(ExpressionValue Value, int Position, int Length) : ExpressionNode(Position, Length);

    /// <summary>A path of known names and indexes; <paramref name="Steps"/> are its segments without the root.</summary>
    internal sealed record Path(ValuePath Value, IReadOnlyList<Step> Steps, int Position, int Length) : ExpressionNode(Position, Length);

    /// <summary>Members and elements of the value of <paramref name="Target"/>; at least one step.</summary>
    internal sealed record Access(ExpressionNode Target, IReadOnlyList<Step> Steps, int Position, int Length) : ExpressionNode(Position, Length);

    internal sealed record ListOf(IReadOnlyList<ExpressionNode> Items, int Position, int Length) : ExpressionNode(Position, Length);

    internal sealed record Call(ExpressionFunction Function, IReadOnlyList<ExpressionNode> Arguments, int Position, int Length)
        : ExpressionNode(Position, Length);

    /// <param name="Symbol"><c>!</c> or <c>-</c>.</param>
    internal sealed record Unary(string Symbol, ExpressionNode Operand, int Position, int Length) : ExpressionNode(Position, Length)
    {
        public override int Level => ExpressionOperator.Unary;
    }

    /// <summary>Operands with operators of one level between them, evaluated from left to right; at least one operator.</summary>
    internal sealed record Infix(ExpressionNode First, IReadOnlyList<Right> Rights, int Position, int Length) : ExpressionNode(Position, Length)
    {
        public override int Level => Rights[0].Operator.Level;
    }

    /// <summary><c>a ? b : c ? d : e</c>; at least one case.</summary>
    internal sealed record Conditional(IReadOnlyList<Case> Cases, ExpressionNode Otherwise, int Position, int Length)
        : ExpressionNode(Position, Length)
    {
        public override int Level => ExpressionOperator.Conditional;
    }

    /// <summary>One step of a path: a known name, or an index that must be evaluated.</summary>
    internal sealed record Step(string? Name, ExpressionNode? Index, int Position, int Length);

    /// <param name="Position">Where the operator stands.</param>
    internal sealed record Right(ExpressionOperator Operator, int Position, ExpressionNode Operand);

    internal sealed record Case(ExpressionNode When, ExpressionNode Then);
}

/// <summary>Builds nodes, and joins those of one level to one node: <c>(a + b) + c</c> is one sum of three, <c>(a.b).c</c> one path.</summary>
internal static class ExpressionTree
{
    public static ExpressionNode.Infix Infix(ExpressionNode left, List<ExpressionNode.Right> rights, int position, int length)
    {
        var one = rights[0].Operator;
        return left is ExpressionNode.Infix inner && inner.Level == one.Level && one.CanRepeat
            ? new(inner.First, [.. inner.Rights, .. rights], position, length)
            : new(left, rights, position, length);
    }

    public static ExpressionNode.Conditional Conditional(List<ExpressionNode.Case> cases, ExpressionNode otherwise, int position, int length) =>
        otherwise is ExpressionNode.Conditional rest
            ? new([.. cases, .. rest.Cases], rest.Otherwise, position, length)
            : new(cases, otherwise, position, length);

    public static ExpressionNode Followed(ExpressionNode node, List<ExpressionNode.Step> steps, int position, int length)
    {
        switch (node)
        {
            case ExpressionNode.Path path:
                var known = steps.TakeWhile(step => step.Name is not null).ToList();
                if (known.Count > 0)
                {
                    node = new ExpressionNode.Path(
                        ValuePath.Of([.. path.Value.Segments, .. known.Select(step => step.Name!)]), [.. path.Steps, .. known],
                        position, known[^1].Position + known[^1].Length - position);
                }

                return known.Count == steps.Count ? node : new ExpressionNode.Access(node, [.. steps.Skip(known.Count)], position, length);
            case ExpressionNode.Access access:
                return new ExpressionNode.Access(access.Target, [.. access.Steps, .. steps], position, length);
            default:
                return new ExpressionNode.Access(node, steps, position, length);
        }
    }
}

/// <summary>An operator between two operands, and the precedence of all nodes. Immutable. Thread-safe.</summary>
/// <param name="Level">The precedence: the higher, the tighter it binds.</param>
internal sealed record ExpressionOperator(string Symbol, int Level)
{
    /// <summary>The levels of nodes that are not between two operands.</summary>
    public const int Conditional = 0, Unary = 7, Postfix = 8;

    /// <summary>The level of the operator that binds least.</summary>
    public const int Or = 1;

    public const int And = 2;
    private const int Equality = 3, Comparison = 4, Sum = 5, Product = 6;

    private static readonly Dictionary<string, ExpressionOperator> All = new ExpressionOperator[]
    {
        new("||", Or), new("&&", And),
        new("==", Equality), new("!=", Equality),
        new("<", Comparison), new("<=", Comparison), new(">", Comparison), new(">=", Comparison), new("in", Comparison),
        new("+", Sum), new("-", Sum),
        new("*", Product), new("/", Product), new("%", Product),
    }.ToDictionary(one => one.Symbol, StringComparer.Ordinal);

    /// <summary>
    /// Whether operators of its level may follow one another. Not comparisons: <c>a &lt; b &lt; c</c> would not mean what a reader expects.
    /// </summary>
    public bool CanRepeat => Level is not (Equality or Comparison);

    /// <summary>The operator that a token stands for; null if it is no operator.</summary>
    public static ExpressionOperator? Of(ExpressionToken token) =>
        token.Kind is ExpressionToken.Sort.Symbol or ExpressionToken.Sort.Name ? All.GetValueOrDefault(token.Text) : null;
}
