using System.Text;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Logging;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Appends the events of one execution of a step to the run's log, in order: those before its end in the background, since they only inform and must
/// not delay the work, and what could not be appended by then with the checkpoint, which is the event of the end. Pieces of text go to a log of their
/// own beside that. For one execution, whose calls follow one another.
/// </summary>
/// <param name="flush">
/// Whether events in the background are made durable: when the step may cost money, the start of its work must survive a power failure.
/// </param>
/// <param name="end">Ends all appends.</param>
internal sealed class StepEventWriter(
    RunEventFeed feed, CheckpointStore checkpoints, ExecuteStepInput call, bool flush, TimeProvider time, ILogger logger, CancellationToken end)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();

    /// <summary>Ends the wait before a retry in the background; null before the first one. Not disposed: the background task may hold its token.</summary>
    private CancellationTokenSource? _waiting;

    private List<RunEvent> _pending = [];
    private Task _appending = Task.CompletedTask;
    private Task _texts = Task.CompletedTask;
    private List<RunEvent> _textsLeft = [];
    private bool _isAppending;
    private int _textCount;
    private bool _isFlushing;

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

    /// <summary>Appends a piece of the streamed text after those of earlier calls, in the background.</summary>
    public void AppendText(RunEvent text)
    {
        _textCount++;
        _texts = AppendTextAsync(_texts, text);
    }

    /// <summary>Appends the start of the work, which takes the attempt where processes share the log, after the events that are still pending.</summary>
    /// <inheritdoc cref="CheckpointStore.BeginAsync"/>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    public async Task<int?> BeginAsync(PreparedRun run, IReadOnlyList<RunEvent> before, RunEvent started, string writer, string? after)
    {
        List<RunEvent> events = [.. TakePending(), .. before];
        try
        {
            return await checkpoints.BeginAsync(run.Identity, run.LogFrom, events, started, writer, after, end);
        }
        catch
        {
            PutBack(events);
            throw;
        }
    }

    /// <summary>Appends the checkpoint unless the attempt has one, and before it the events that are still pending.</summary>
    /// <param name="ended">The name of the event that the checkpoint is.</param>
    /// <param name="writer">The name of the execution, from <see cref="CheckpointStore.NewWriter"/>.</param>
    /// <param name="after">The execution from which it took the attempt over; null for none.</param>
    /// <param name="isThere">Whether the run is known to be there.</param>
    /// <returns>The stored checkpoint, and whether this call wrote it; none when another execution has begun to work (<see cref="AttemptHolders"/>).</returns>
    /// <exception cref="ContentStoreException">The store is not available. May be repeated.</exception>
    public async Task<(StepCheckpoint? Stored, bool IsNew)> RecordAsync(
        string ended, StepCheckpoint checkpoint, string writer, string? after = null, bool isThere = false)
    {
        var before = TakePending();
        var isNew = false;
        try
        {
            var added = await checkpoints.AddAsync(call.Run, before, ended, checkpoint, writer, _textCount, end, after, isThere);
            isNew = added.IsNew;
            return added;
        }
        finally
        {
            if (!isNew)
            {
                PutBack(before);
            }
        }
    }

    /// <summary>Appends all pending events, and waits until they are in the log.</summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    public async Task FlushAsync()
    {
        await EndAppendingAsync();
        if (_pending.Count > 0)
        {
            await feed.AppendAsync(call.Run, _pending, flush: true, end);
            _pending = [];
        }

        await _texts;
        await (_textsLeft.Count == 0 ? Task.CompletedTask : AppendTextsAsync(Interlocked.Exchange(ref _textsLeft, [])));
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

    /// <summary>Ends what appends in the background, also while it waits to try again.</summary>
    private async Task EndAppendingAsync()
    {
        CancellationTokenSource? waiting;
        lock (_gate)
        {
            (_isFlushing, waiting, _waiting) = (true, _waiting, null);
        }

        await (waiting?.CancelAsync() ?? Task.CompletedTask);
        await _appending;
        _isFlushing = false;
    }

    private async Task AppendTextAsync(Task previous, RunEvent text)
    {
        await previous;
        await AppendTextsAsync([text]);
    }

    /// <summary>
    /// Appends pieces of text. Those that cannot be appended are tried once more at the end, and then left out: the output of the step has the whole
    /// text.
    /// </summary>
    private async Task AppendTextsAsync(List<RunEvent> texts)
    {
        try
        {
            await feed.AppendAsync(call.Run, texts, flush: false, end);
        }
        catch (Exception exception) when (exception is ContentStoreException or OperationCanceledException)
        {
            _textsLeft.AddRange(texts);
            logger.FeedNotTold(exception, call.StepId, call.RunId);
        }
    }

    private List<RunEvent> TakePending()
    {
        lock (_gate)
        {
            var taken = _pending;
            _pending = [];
            return taken;
        }
    }

    private async Task AppendAsync()
    {
        var isFirst = true;
        while (Take() is { } events)
        {
            try
            {
                await feed.AppendAsync(call.Run, events, flush, end);
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

            await Task.Delay(Interval, time, BeginWait()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The token of a wait before a retry.</summary>
    private CancellationToken BeginWait()
    {
        lock (_gate)
        {
            return _isFlushing ? new CancellationToken(canceled: true) : (_waiting ??= CancellationTokenSource.CreateLinkedTokenSource(end)).Token;
        }
    }

    private List<RunEvent>? Take()
    {
        lock (_gate)
        {
            if (_pending.Count == 0 || _isFlushing || end.IsCancellationRequested)
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
            events.AppendText(StepEvents.Chunk(call, time.GetUtcNow(), _index++, _text.ToString()));
            _text.Clear();
            _last = time.GetTimestamp();
        }
    }
}
