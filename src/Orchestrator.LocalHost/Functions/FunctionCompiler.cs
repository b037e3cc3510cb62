using System.Linq.Expressions;
using System.Reflection;

namespace Orchestrator.LocalHost.Functions;

/// <summary>Compiles the call of a function's method, so that invocations need no reflection.</summary>
internal static class FunctionCompiler
{
    /// <param name="context">The parameter that the arguments are read from.</param>
    public static FunctionBody Compile(MethodInfo method, ParameterExpression context, IReadOnlyList<Expression> arguments)
    {
        var target = Expression.Parameter(typeof(object), "target");
        var call = method.IsStatic
            ? Expression.Call(method, arguments)
            : Expression.Call(Expression.Convert(target, method.DeclaringType!), method, arguments);
        return Expression.Lambda<FunctionBody>(ConvertResult(call), target, context).Compile();
    }

    private static Expression ConvertResult(MethodCallExpression call)
    {
        var type = call.Type;
        if (type == typeof(void))
        {
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        }

        if (type == typeof(Task))
        {
            return Expression.Call(typeof(FunctionResults), nameof(FunctionResults.OfTaskAsync), null, call);
        }

        if (type == typeof(ValueTask))
        {
            return Expression.Call(typeof(FunctionResults), nameof(FunctionResults.OfValueTaskAsync), null, call);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>))
        {
            return Expression.Call(typeof(FunctionResults), nameof(FunctionResults.OfTaskAsync), type.GetGenericArguments(), call);
        }

        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>))
        {
            return Expression.Call(typeof(FunctionResults), nameof(FunctionResults.OfValueTaskAsync), type.GetGenericArguments(), call);
        }

        return Expression.Call(typeof(FunctionResults), nameof(FunctionResults.OfValueAsync), null, Expression.Convert(call, typeof(object)));
    }
}

/// <summary>A compiled call: binds the parameters from the context, calls the method, and unwraps its task.</summary>
/// <param name="target">The function's object; null for a static method.</param>
internal delegate ValueTask<object?> FunctionBody(object? target, LocalFunctionContext context);

/// <summary>
/// Converts the return value of a function's method to one task type. It awaits on the caller's synchronization context, as orchestrators require.
/// </summary>
internal static class FunctionResults
{
    public static async ValueTask<object?> OfTaskAsync(Task task)
    {
        await task;
        return null;
    }

    public static async ValueTask<object?> OfTaskAsync<T>(Task<T> task) => await task;

    public static async ValueTask<object?> OfValueTaskAsync(ValueTask task)
    {
        await task;
        return null;
    }

    public static async ValueTask<object?> OfValueTaskAsync<T>(ValueTask<T> task) => await task;

    public static ValueTask<object?> OfValueAsync(object? value) => new(value);
}
