namespace Microsoft.DurableTask;

public interface ITaskActivity
{
    public Type InputType { get; }

    public Type OutputType { get; }

    public Task<object?> RunAsync(TaskActivityContext context, object? input);
}
