using System.Text;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Logging;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Appends the events of one execution of a step to the feed, in order and in the background: events only inform, so a feed that fails or hangs must
/// not delay or lose an answer. Events that could not be appended are retried, at the latest when the answer has its checkpoint. For one execution,
/// whose calls follow one another.
/// </summary>
/// <param name="end">Ends all appends.</param>
internal sealed class StepEventWriter(RunEventFeed feed, ExecuteStepInput call, TimeProvider time, ILogger logger, CancellationToken end)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();

    /// <summary>Ends the wait before a retry in the background. Not disposed: the background task may hold its token.</summary>
    private CancellationTokenSource _flushing = CancellationTokenSource.CreateLinkedTokenSource(end);

    private List<RunEvent> _pending = [];
    private Task _appending = Task.CompletedTask;
    private bool _isAppending;

    /// <summary>Appends events after those of earlier calls, in the background.</summary>
    public void Append(params IReadOnlyCollection<RunEvent> events)
    {
        lock (_gate)
        {
            _pending.AddRange(events);
            if (_isAppending || _pending.Count == 0)
            {
                return;
            }

            _isAppending = true;
        }

        _appending = AppendAsync();
    }

    /// <summary>Appends all pending events and then these, and waits until they are in the feed.</summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    public async Task FlushAsync(params IReadOnlyCollection<RunEvent> events)
    {
        await _flushing.CancelAsync();
        await _appending;
        _flushing = CancellationTokenSource.CreateLinkedTokenSource(end);
        await feed.AppendAsync(call.Run, [.. _pending, .. events], end);
        _pending = [];
    }

    /// <summary>Appends all pending events. A failure is only logged: it must not hide how the execution ended.</summary>
    public async Task TryFlushAsync()
    {
        try
        {
            await FlushAsync();
        }
        catch (Exception exception) when (exception is ContentStoreException or OperationCanceledException)
        {
            logger.FeedNotTold(exception, call.StepId, call.RunId);
        }
    }

    private async Task AppendAsync()
    {
        var isFirst = true;
        while (Take() is { } events)
        {
            try
            {
                await feed.AppendAsync(call.Run, events, end);
                continue;
            }
            catch (Exception exception) when (exception is ContentStoreException or OperationCanceledException)
            {
                PutBack(events);
                if (isFirst)
                {
                    logger.FeedAway(exception, call.StepId, call.RunId);
                }

                isFirst = false;
            }

            await Task.Delay(Interval, time, _flushing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private List<RunEvent>? Take()
    {
        lock (_gate)
        {
            if (_pending.Count == 0 || _flushing.IsCancellationRequested)
            {
                _isAppending = false;
                return null;
            }

            var taken = _pending;
            _pending = [];
            return taken;
        }
    }

    private void PutBack(List<RunEvent> events)
    {
        lock (_gate)
        {
            _pending.InsertRange(0, events);
        }
    }
}

/// <summary>
/// Appends a streamed text to the feed in pieces of about 75 ms, so that a fast model does not flood it. For one attempt; not thread-safe.
/// </summary>
internal sealed class ChunkWriter(StepEventWriter events, ExecuteStepInput call, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(75);

    private readonly StringBuilder _text = new();
    private long? _last;
    private int _index;

    /// <summary>Takes the next piece of the text.</summary>
    public void Add(string piece)
    {
        _text.Append(piece);
        if (_last is not { } last || time.GetElapsedTime(last) >= Interval)
        {
            Flush();
        }
    }

    /// <summary>Appends the rest of the text.</summary>
    public void Flush()
    {
        if (_text.Length > 0)
        {
            events.Append(StepEvents.Chunk(call, time.GetUtcNow(), _index++, _text.ToString()));
            _text.Clear();
            _last = time.GetTimestamp();
        }
    }
}
