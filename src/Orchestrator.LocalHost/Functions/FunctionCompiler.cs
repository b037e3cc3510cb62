using System.Linq.Expressions;
using System.Reflection;

namespace Orchestrator.LocalHost.Functions;

/// <summary>Compiles the call of a method, so that no invocation needs reflection.</summary>
internal static class FunctionCompiler
{
    /// <param name="context">The parameter that the arguments read from.</param>
    public static FunctionBody Compile(MethodInfo method, ParameterExpression context, IReadOnlyList<Expression> arguments)
    {
        var target = Expression.Parameter(typeof(object), "target");
        var call = method.IsStatic
            ? Expression.Call(method, arguments)
            : Expression.Call(Expression.Convert(target, method.DeclaringType!), method, arguments);
        return Expression.Lambda<FunctionBody>(Unify(call), target, context).Compile();
    }

    private static Expression Unify(MethodCallExpression call)
    {
        var type = call.Type;
        if (type == typeof(void))
        {
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        }

        if (type == typeof(Task))
        {
            return Expression.Call(typeof(FunctionResults), nameof(FunctionResults.OfTask), null, call);
        }

        if (type == typeof(ValueTask))
        {
            return Expression.Call(typeof(FunctionResults), nameof(FunctionResults.OfValueTask), null, call);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
        {
            return Expression.Call(typeof(FunctionResults), nameof(FunctionResults.OfTask), type.GetGenericArguments(), call);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            return Expression.Call(typeof(FunctionResults), nameof(FunctionResults.OfValueTask), type.GetGenericArguments(), call);
        }

        return Expression.Call(typeof(FunctionResults), nameof(FunctionResults.OfValue), null, Expression.Convert(call, typeof(object)));
    }
}

/// <summary>The compiled call: fills the parameters from the context, calls the method, unwraps its task.</summary>
/// <param name="target">The function's object; null for a static method.</param>
internal delegate ValueTask<object?> FunctionBody(object? target, LocalFunctionContext context);

/// <summary>What a function's method returns, as one kind of task. Awaits on the caller's context: orchestrators depend on it.</summary>
internal static class FunctionResults
{
    public static async ValueTask<object?> OfTask(Task task)
    {
        await task;
        return null;
    }

    public static async ValueTask<object?> OfTask<T>(Task<T> task) => await task;

    public static async ValueTask<object?> OfValueTask(ValueTask task)
    {
        await task;
        return null;
    }

    public static async ValueTask<object?> OfValueTask<T>(ValueTask<T> task) => await task;

    public static ValueTask<object?> OfValue(object? value) => new(value);
}
