namespace Microsoft.DurableTask.Entities;

/// <summary>Written <c>@name@key</c>; the name is lower case.</summary>
public readonly record struct EntityInstanceId
{
    public EntityInstanceId(string name, string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(key);
        if (name.Contains('@'))
        {
            throw new ArgumentException("entity names may not contain `@` characters.", nameof(name));
        }

        Name = name.ToLowerInvariant();
        Key = key;
    }

    public string Name { get; }

    public string Key { get; }

    public static EntityInstanceId FromString(string instanceId)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return instanceId.Split('@', 3) is ["", var name, var key]
            ? new EntityInstanceId(name, key)
            : throw new ArgumentException($"Instance ID '{instanceId}' is not a valid entity ID.", nameof(instanceId));
    }

    public override string ToString() => $"@{Name}@{Key}";
}
