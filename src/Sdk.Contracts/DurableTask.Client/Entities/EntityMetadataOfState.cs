using System.Diagnostics.CodeAnalysis;
using Microsoft.DurableTask.Entities;

namespace Microsoft.DurableTask.Client.Entities;

public class EntityMetadata<TState>(EntityInstanceId id)
{
    private readonly TState? _state;

    public EntityMetadata(EntityInstanceId id, TState? state)
        : this(id)
    {
        _state = state;
        IncludesState = state is not null;
    }

    public EntityInstanceId Id { get; } = id == default
        ? throw new ArgumentException($"Provided argument cannot be default value defined by '{typeof(EntityInstanceId)}'", nameof(id))
        : id;

    public DateTimeOffset LastModifiedTime { get; init; }

    public int BacklogQueueSize { get; init; }

    public string? LockedBy { get; init; }

    [MemberNotNullWhen(true, nameof(State))]
    [MemberNotNullWhen(true, nameof(_state))]
    public bool IncludesState { get; }

    public TState State => IncludesState ? _state : throw new InvalidOperationException($"Cannot retrieve state when {nameof(IncludesState)}=false");
}
