using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;

namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// The checkpoints that stay in memory, since the steps after theirs read them: those that were written or read last, up to a number of bytes in their
/// logs. A checkpoint is what a reader of the log would get, and is not changed. Thread-safe.
/// </summary>
internal sealed class KeptCheckpoints(long maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Queue<KeptCheckpoint> _kept = [];
    private long _bytes;

    /// <summary>Keeps a checkpoint.</summary>
    /// <param name="bytes">The size of its line, which holds all of it.</param>
    public KeptCheckpoint Keep(StepCheckpoint checkpoint, int bytes)
    {
        var kept = new KeptCheckpoint(bytes) { Value = checkpoint };
        lock (_gate)
        {
            _kept.Enqueue(kept);
            for (_bytes += bytes; _bytes > maxBytes;)
            {
                var oldest = _kept.Dequeue();
                oldest.Value = null;
                _bytes -= oldest.Bytes;
            }
        }

        return kept;
    }

    /// <summary>
    /// Whether reading what is written of a checkpoint gives an equal one. Numbers, for one, are not compared: what made them may have used another
    /// type than a reader does.
    /// </summary>
    public static bool IsAsRead(StepCheckpoint checkpoint) =>
        IsAsRead(checkpoint.Output) && IsAsRead(checkpoint.Transformed) && checkpoint.Error is null
        && (checkpoint.Inputs is null || AreAsRead(checkpoint.Inputs));

    private static bool AreAsRead(JsonObject inputs)
    {
        for (var index = 0; index < inputs.Count; index++)
        {
            if (!IsAsRead(inputs.GetAt(index).Value))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Half a surrogate pair is written as another character.</summary>
    private static bool IsAsRead(JsonNode? value) =>
        value is null || (value is JsonValue text && text.TryGetValue<string>(out var characters) && !characters.AsSpan().ContainsAnyInRange('\ud800', '\udfff'));
}

/// <summary>A checkpoint in memory, or the place of one that was there.</summary>
internal sealed class KeptCheckpoint(int bytes)
{
    private StepCheckpoint? _value;

    /// <summary>How many bytes its line has.</summary>
    public int Bytes => bytes;

    /// <summary>The checkpoint; null when it is no longer kept.</summary>
    public StepCheckpoint? Value
    {
        get => Volatile.Read(ref _value);
        set => Volatile.Write(ref _value, value);
    }
}
