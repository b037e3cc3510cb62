using System.Text;
using Orchestrator.Activities.Events;

namespace Orchestrator.Activities.Steps;

/// <summary>Appends a text to the feed while it is written, in pieces of some 75 ms, so that a fast model does not flood it. Not thread-safe.</summary>
internal sealed class ChunkFeed(RunEventFeed feed, ExecuteStepInput call, TimeProvider time, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(75);

    private readonly StringBuilder _text = new();
    private DateTimeOffset _last = DateTimeOffset.MinValue;
    private int _index;

    public ValueTask AddAsync(string piece)
    {
        _text.Append(piece);
        return time.GetUtcNow() - _last >= Interval ? new ValueTask(FlushAsync()) : ValueTask.CompletedTask;
    }

    /// <summary>Appends what is left.</summary>
    public async Task FlushAsync()
    {
        if (_text.Length > 0)
        {
            var now = time.GetUtcNow();
            var chunk = StepEvents.Chunk(call, now, _index++, _text.ToString());
            _text.Clear();
            _last = now;
            await feed.AppendAsync(call.RunId, [chunk], cancellationToken);
        }
    }
}
