namespace Orchestrator.LocalHost.Journal;

/// <summary>The bytes of a history, or of a part of it, from the first on.</summary>
internal interface IJournalSource
{
    /// <summary>What errors call it.</summary>
    public string Location { get; }

    /// <summary>True when a crash can leave the beginning of a line at the end; false where a write is there as a whole or not at all.</summary>
    public bool CanBeTorn { get; }

    /// <summary>The next bytes.</summary>
    /// <returns>How many; 0 at the end.</returns>
    /// <exception cref="JournalException">The device failed.</exception>
    public ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation);
}
