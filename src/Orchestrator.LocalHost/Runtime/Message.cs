using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Something that arrived for an instance and is not recorded yet.</summary>
/// <param name="Event">Its time is when it arrived.</param>
/// <param name="Generation">The execution that asked for it; <see cref="AnyGeneration"/> for what comes from outside.</param>
/// <param name="Recorded">Completes when it is durable and processed, or dropped because it comes too late; null when no caller waits.</param>
internal readonly record struct Message(HistoryEvent Event, int Generation = Message.AnyGeneration, TaskCompletionSource? Recorded = null)
{
    public const int AnyGeneration = -1;
}
