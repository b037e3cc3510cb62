using System.Text;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;

namespace Orchestrator.Activities.Execution;

/// <summary>Tells of a text while it is written, in pieces of some 75 ms, so that a fast model does not flood the feed. Not thread-safe.</summary>
internal sealed class ChunkFeed(StepFeed feed, ExecuteStepInput call, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(75);

    private readonly StringBuilder _text = new();
    private long? _last;
    private int _index;

    public void Add(string piece)
    {
        _text.Append(piece);
        if (_last is not { } last || time.GetElapsedTime(last) >= Interval)
        {
            Flush();
        }
    }

    /// <summary>Tells of what is left.</summary>
    public void Flush()
    {
        if (_text.Length > 0)
        {
            feed.Tell(StepEvents.Chunk(call, time.GetUtcNow(), _index++, _text.ToString()));
            _text.Clear();
            _last = time.GetTimestamp();
        }
    }
}
