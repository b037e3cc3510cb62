namespace Orchestrator.Workflows.Expressions;

/// <summary>An operator between two operands.</summary>
/// <param name="Level">The higher, the tighter it binds.</param>
internal sealed record ExpressionOperator(string Symbol, int Level)
{
    /// <summary>Levels of what is not between two operands.</summary>
    public const int Conditional = 0, Unary = 7, Postfix = 8;

    /// <summary>The level of the operators that bind least.</summary>
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

    /// <summary><c>a &lt; b &lt; c</c> means one thing to a reader and another to a parser, so it is refused.</summary>
    public bool CanRepeat => Level is not (Equality or Comparison);

    /// <summary>The operator that this token is; null when it is none.</summary>
    public static ExpressionOperator? Of(ExpressionToken token) =>
        token.Kind is ExpressionToken.Sort.Symbol or ExpressionToken.Sort.Name ? All.GetValueOrDefault(token.Text) : null;
}
