using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Bench.Runtime;

/// <summary>A journal to measure.</summary>
/// <param name="Open">Opens one in a folder that is its own.</param>
internal sealed record JournalKind(string Name, Func<string, IJournal> Open)
{
    public static JournalKind Files { get; } = new("files", folder => FileJournal.Open(folder));

    /// <summary>Nothing is flushed: what is left is the runtime's own time.</summary>
    public static JournalKind Memory { get; } = new("memory", _ => new MemoryJournal());
}
