using System.Text;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Logging;
using Orchestrator.Storage;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// What one execution of a step tells the feed, in order and beside the work: events only inform, so a feed that fails or hangs must neither hold back an answer nor cost it.
/// What could not be told is told again, at the latest when the answer has its record. For one execution, whose calls follow one another.
/// </summary>
/// <param name="end">Ends telling.</param>
internal sealed class StepFeed(RunEventFeed feed, ExecuteStepInput call, TimeProvider time, ILogger logger, CancellationToken end)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();

    /// <summary>Fires when telling again is not waited for any more. Not disposed of: telling may hold its token.</summary>
    private CancellationTokenSource _last = CancellationTokenSource.CreateLinkedTokenSource(end);

    private List<RunEvent> _untold = [];
    private Task _telling = Task.CompletedTask;
    private bool _isTelling;

    /// <summary>Tells of events, after those before; does not wait for it.</summary>
    public void Tell(params IReadOnlyCollection<RunEvent> events)
    {
        lock (_gate)
        {
            _untold.AddRange(events);
            if (_isTelling || _untold.Count == 0)
            {
                return;
            }

            _isTelling = true;
        }

        _telling = TellAsync();
    }

    /// <summary>Tells of events and of all that was not told before, and waits until they stand in the feed.</summary>
    /// <exception cref="ContentStoreException">The feed is away.</exception>
    public async Task FinishAsync(params IReadOnlyCollection<RunEvent> events)
    {
        await _last.CancelAsync();
        await _telling;
        _last = CancellationTokenSource.CreateLinkedTokenSource(end);
        await feed.AppendAsync(call.Run, [.. _untold, .. events], end);
        _untold = [];
    }

    /// <summary>As <see cref="FinishAsync"/>, for an execution that ended without a record: how it ended matters more than what cannot be told.</summary>
    public async Task TryFinishAsync()
    {
        try
        {
            await FinishAsync();
        }
        catch (Exception exception) when (exception is ContentStoreException or OperationCanceledException)
        {
            logger.FeedNotTold(exception, call.StepId, call.RunId);
        }
    }

    private async Task TellAsync()
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

            await Task.Delay(Interval, time, _last.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private List<RunEvent>? Take()
    {
        lock (_gate)
        {
            if (_untold.Count == 0 || _last.IsCancellationRequested)
            {
                _isTelling = false;
                return null;
            }

            var taken = _untold;
            _untold = [];
            return taken;
        }
    }

    private void PutBack(List<RunEvent> events)
    {
        lock (_gate)
        {
            _untold.InsertRange(0, events);
        }
    }
}

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
