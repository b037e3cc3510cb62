namespace Microsoft.DurableTask;

internal static class TaskInput
{
    /// <summary>A missing input becomes the type's default value: whether that is acceptable is for the task to decide.</summary>
    public static T As<T>(object? input) => input switch
    {
        T typed => typed,
        null => default!,
        _ => throw new ArgumentException($"Input type '{input.GetType()}' does not match expected type '{typeof(T)}'."),
    };
}
