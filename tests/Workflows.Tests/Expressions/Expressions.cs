using System.Text.Json.Nodes;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Tests.Expressions;

/// <summary>Reads and evaluates expressions over the members of an object.</summary>
internal static class Expressions
{
    public static Expression Parse(string text)
    {
        Assert.True(Expression.TryParse(text, out var expression, out var error), $"{text}: {error}");
        return expression;
    }

    public static Func<ValuePath, RootValue> Over(JsonObject values) =>
        path => values.TryGetPropertyValue(path.Root, out var value) ? RootValue.Of(value) : RootValue.Missing();

    public static JsonNode? Value(string text, JsonObject values)
    {
        Assert.True(Parse(text).TryEvaluate(Over(values), out var value, out var error), $"{text}: {error}");
        return value;
    }

    /// <summary>The error, whether it is found while reading or while evaluating.</summary>
    public static ExpressionError Error(string text, JsonObject values)
    {
        if (!Expression.TryParse(text, out var expression, out var error))
        {
            return error;
        }

        Assert.False(expression.TryEvaluate(Over(values), out var value, out error), $"{text} is {value?.ToJsonString()}");
        return error!;
    }
}
