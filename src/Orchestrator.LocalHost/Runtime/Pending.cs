using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>What may happen only when the history is durable up to here: an event is processed, an operation begins, or something is shown.</summary>
/// <param name="Durable">Completes when it may happen.</param>
internal readonly record struct Pending(Task Durable)
{
    public HistoryEvent? Event { get; init; }

    public Operation? Operation { get; init; }

    public Action? Effect { get; init; }

    /// <summary>True for effects that happen even when the instance has ended meanwhile.</summary>
    public bool Always { get; init; }

    public TaskCompletionSource? Recorded { get; init; }
}
