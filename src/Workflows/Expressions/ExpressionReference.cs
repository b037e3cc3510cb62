using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Expressions;

/// <summary>One place in an expression that names a value from outside.</summary>
/// <param name="Path">The part of the path that is known before the evaluation: of <c>users[i].name</c> it is <c>users</c>.</param>
/// <param name="Position">Where the path begins in the expression, in characters from 0.</param>
/// <param name="Length">Characters of the path.</param>
/// <param name="Optional">It may name nothing, because it is an argument of <c>coalesce</c>.</param>
public sealed record ExpressionReference(ValuePath Path, int Position, int Length, bool Optional);
