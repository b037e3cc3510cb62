namespace Orchestrator.Workflows.Expressions;

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
