namespace Orchestrator.LocalHost.Functions;

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
