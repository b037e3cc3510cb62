using System.Text;
using Orchestrator.Activities.Events;
using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Steps;

/// <summary>
/// Appends a text to the feed while it is written, in pieces of some 75 ms, so that a fast model does not flood it. When the store is away, the rest is not shown: the
/// answer matters more than its pieces. Not thread-safe.
/// </summary>
internal sealed class ChunkFeed(RunEventFeed feed, ExecuteStepInput call, TimeProvider time, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(75);

    private readonly StringBuilder _text = new();
    private long? _last;
    private int _index;

    /// <summary>Why pieces are missing in the feed; null when none are.</summary>
    public ContentStoreException? Failure { get; private set; }

    public ValueTask AddAsync(string piece)
    {
        _text.Append(piece);
        return _last is not { } last || time.GetElapsedTime(last) >= Interval ? new ValueTask(FlushAsync()) : ValueTask.CompletedTask;
    }

    /// <summary>Appends what is left.</summary>
    public async Task FlushAsync()
    {
        if (_text.Length > 0 && Failure is null)
        {
            var chunk = StepEvents.Chunk(call, time.GetUtcNow(), _index++, _text.ToString());
            _text.Clear();
            _last = time.GetTimestamp();
            try
            {
                await feed.AppendAsync(call.Run, [chunk], cancellationToken);
            }
            catch (ContentStoreException exception)
            {
                Failure = exception;
            }
        }
    }
}
