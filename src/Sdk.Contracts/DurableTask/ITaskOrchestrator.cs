namespace Microsoft.DurableTask;

public interface ITaskOrchestrator
{
    public Type InputType { get; }

    public Type OutputType { get; }

    public Task<object?> RunAsync(TaskOrchestrationContext context, object? input);
}
