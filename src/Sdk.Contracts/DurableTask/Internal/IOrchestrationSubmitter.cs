namespace Microsoft.DurableTask.Internal;

public interface IOrchestrationSubmitter
{
    public Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default);
}
