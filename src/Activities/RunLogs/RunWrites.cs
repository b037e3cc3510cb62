using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// Writes for a run that belong together, some of them appends to its log: <see cref="RunLogStore.WriteAsync"/> makes them in this order. Not
/// thread-safe.
/// </summary>
internal sealed class RunWrites(RunIdentity run)
{
    private readonly List<ContentWrite> _writes = [];
    private readonly Dictionary<int, List<LogLine>> _lines = [];

    /// <summary>The run.</summary>
    public RunIdentity Run => run;

    /// <summary>The writes.</summary>
    public IReadOnlyList<ContentWrite> All => _writes;

    /// <summary>Adds a write of a value.</summary>
    /// <returns>Its place.</returns>
    public int Add(ContentWrite write)
    {
        _writes.Add(write);
        return _writes.Count - 1;
    }

    /// <summary>Adds lines for the run's log, after the values that are stored beside it, in one append if they fit into one.</summary>
    public void Append(IReadOnlyList<LogLine> lines)
    {
        foreach (var (hash, content) in lines.SelectMany(line => line.Beside))
        {
            Add(ContentWrite.Put(RunKeys.Value(run.RunId, hash), content));
        }

        for (var first = 0; first < lines.Count;)
        {
            var count = CountThatFit(lines, first);
            var appended = lines.Skip(first).Take(count).ToList();
            first += count;
            _lines[Add(ContentWrite.Append(RunKeys.Log(run.RunId), GroupCommit.Join(appended.ConvertAll(line => line.Bytes))))] = appended;
        }
    }

    /// <summary>The lines of a write that is an append, and how long they are in bytes; null for another write.</summary>
    public (List<LogLine> Lines, long Length)? LinesOf(int write) =>
        _lines.TryGetValue(write, out var lines) ? (lines, lines.Sum(line => (long)line.Bytes.Length)) : null;

    /// <summary>How many lines from this one on fit into one append.</summary>
    public static int CountThatFit(IReadOnlyList<LogLine> lines, int first)
    {
        var count = 1;
        for (long bytes = lines[first].Bytes.Length; first + count < lines.Count; count++)
        {
            bytes += lines[first + count].Bytes.Length;
            if (bytes > IContentStore.MaxAppendBytes)
            {
                break;
            }
        }

        return count;
    }
}
