using Orchestrator.LocalHost.History;

namespace Orchestrator.LocalHost.Runtime;

/// <summary>Writes the history: an event and what its turn requests are one write.</summary>
internal sealed partial class OrchestrationInstance
{
    private readonly List<ReadOnlyMemory<byte>> _unsent = [];

    /// <summary>The write with the last record. Everything that depends on records until now waits for it.</summary>
    private HistoryWrite _write = HistoryWrite.Recovered;

    private bool HasUnsent => _unsent.Count > 0;

    /// <summary>Adds a record to the history. <see cref="Send"/> appends it.</summary>
    public void Record(HistoryEvent historyEvent)
    {
        var record = HistoryEventWriter.Write(historyEvent).ToArray();
        if (!HasUnsent)
        {
            _write = new HistoryWrite();
        }

        _unsent.Add(record);
        _position++;
    }

    /// <summary>
    /// Appends the records since the last call in one write, without waiting until they are durable. A failure halts the instance when something
    /// waits for the write.
    /// </summary>
    private void Send()
    {
        if (!HasUnsent)
        {
            return;
        }

        Task durable;
        try
        {
            durable = _engine.Journal.AppendAsync(_journalId, _position - _unsent.Count, _unsent);
        }
        catch (Exception exception)
        {
            // The journal is closed already.
            durable = Task.FromException(exception);
        }

        _write.Durable = durable;
        _unsent.Clear();
    }
}

/// <summary>Records that are appended together.</summary>
internal sealed class HistoryWrite
{
    /// <summary>The records that an instance was recovered from.</summary>
    public static readonly HistoryWrite Recovered = new() { Durable = Task.CompletedTask };

    private Task? _durable;

    /// <summary>Completes when the records are durable.</summary>
    public Task Durable
    {
        get => _durable ?? throw new InvalidOperationException("The records were not appended.");
        set => _durable = value;
    }

    /// <summary>Whether the records are durable, or could not be written.</summary>
    public bool IsCompleted => _durable is { IsCompleted: true };
}
