namespace Microsoft.DurableTask;

public abstract class TaskActivityContext
{
    public abstract TaskName Name { get; }

    /// <summary>The instance of the orchestration that called the activity.</summary>
    public abstract string InstanceId { get; }

    public virtual string Version => string.Empty;
}
