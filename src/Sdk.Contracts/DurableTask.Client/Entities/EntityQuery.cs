namespace Microsoft.DurableTask.Client.Entities;

public record EntityQuery
{
    public const int DefaultPageSize = 100;

    private readonly string? _instanceIdStartsWith;

    /// <summary>Brought into the form of an entity's id: a leading <c>@</c>, and a name in lower case.</summary>
    public string? InstanceIdStartsWith
    {
        get => _instanceIdStartsWith;
        init => _instanceIdStartsWith = value is null ? null : Normalised(value);
    }

    public DateTimeOffset? LastModifiedFrom { get; init; }

    public DateTimeOffset? LastModifiedTo { get; init; }

    public bool IncludeState { get; init; } = true;

    public bool IncludeTransient { get; init; }

    public int? PageSize { get; init; }

    public string? ContinuationToken { get; init; }

    private static string Normalised(string value)
    {
        string prefix = value.StartsWith('@') ? value : "@" + value;
        int separator = prefix.IndexOf('@', 1);
        int endOfName = separator < 0 ? prefix.Length : separator;
        return prefix[..endOfName].ToLowerInvariant() + prefix[endOfName..];
    }
}
