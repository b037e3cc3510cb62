namespace Microsoft.DurableTask.Client;

public record PurgeInstancesFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IEnumerable<OrchestrationRuntimeStatus>? Statuses = null)
{
    /// <summary>How long one purge may go on; a purge that was cut short answers <see cref="PurgeResult.IsComplete"/> false.</summary>
    public TimeSpan? Timeout { get; init; }
}
