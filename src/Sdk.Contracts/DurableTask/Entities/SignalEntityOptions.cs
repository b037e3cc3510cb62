namespace Microsoft.DurableTask.Entities;

public record SignalEntityOptions
{
    public DateTimeOffset? SignalTime { get; init; }

    public static implicit operator SignalEntityOptions?(bool? value) => value is true ? new() : null;

    public static implicit operator SignalEntityOptions(DateTimeOffset value) => new() { SignalTime = value };
}
