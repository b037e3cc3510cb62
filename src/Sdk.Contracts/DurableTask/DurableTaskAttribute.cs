namespace Microsoft.DurableTask;

[AttributeUsage(AttributeTargets.Class, AllowMultiple = false, Inherited = false)]
public sealed class DurableTaskAttribute : Attribute
{
    public DurableTaskAttribute(string? name = null) => Name = name ?? string.Empty;

    /// <summary>Without a name: the class's own stands.</summary>
    public TaskName Name { get; }

    public string? Version { get; set; }
}
