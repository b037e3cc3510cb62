using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Feed;

/// <summary>
/// The events of each run: what its log says, and the pieces of streamed texts, which have a log of their own that is not flushed. A writer may repeat
/// an event after a crash: readers that count must drop duplicates (same run attempt, step path, attempt, event and index). Thread-safe.
/// </summary>
public sealed class RunEventFeed(IContentStore store, RunLogStore logs, TimeProvider time)
{
    /// <summary>How often a follower polls for events of other processes; an event of its own process wakes it at once.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>How many runs are followed in this process: for the test that nothing stays behind.</summary>
    internal int Followed => logs.Signals.Count;

    /// <summary>
    /// Appends the events and wakes followers. An event that is too large is cut; the record that it names has the full text. Pieces of a text are not
    /// flushed.
    /// </summary>
    /// <param name="flush">
    /// Whether the events are durable when the task completes; otherwise they are when a later append of the run is. A power failure before that may
    /// lose them.
    /// </param>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="RunGoneException">The run was deleted, and its logs with it.</exception>
    public async Task AppendAsync(RunIdentity run, IReadOnlyList<RunEvent> events, bool flush, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        var lines = new List<LogLine>(events.Count);
        var texts = new List<RunEvent>();
        foreach (var item in events)
        {
            if (item.Event == RunEventNames.StepChunk)
            {
                texts.Add(item);
            }
            else
            {
                lines.Add(LogLine.Of(run, item));
            }
        }

        await (lines.Count == 0 ? Task.CompletedTask : logs.AppendAsync(run, lines, flush, cancellationToken));
        await (texts.Count == 0 ? Task.CompletedTask : AppendTextsAsync(run, texts, cancellationToken));
    }

    /// <summary>The events of the run so far, with the pieces of streamed texts; none when the run has no log.</summary>
    /// <exception cref="UnreadableRecordException">The log cannot be read.</exception>
    public async Task<IReadOnlyList<RunEvent>> ReadAsync(RunIdentity run, CancellationToken cancellationToken)
    {
        var reader = new EventReader(run, store, logs, time, withTexts: true);
        return [.. await reader.NextAsync(isLast: true, cancellationToken)];
    }

    /// <summary>
    /// The events from the first on, and then new ones, until the token fires. When the store becomes unavailable later on, it is polled again.
    /// </summary>
    /// <param name="withTexts">Whether the pieces of streamed texts are among them.</param>
    /// <exception cref="ContentStoreException">The store is not available at the first read.</exception>
    /// <exception cref="UnreadableRecordException">The log cannot be read at the first read.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async IAsyncEnumerable<RunEvent> FollowAsync(
        RunIdentity run, bool withTexts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = new EventReader(run, store, logs, time, withTexts);
        TaskCompletionSource? signal = null;
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                signal = logs.Signals.Next(run.RunId);
                IReadOnlyList<RunEvent> events = [];
                try
                {
                    events = await reader.NextAsync(isLast: false, cancellationToken);
                }
                catch (Exception exception) when (!isFirst && exception is ContentStoreException or UnreadableRecordException)
                {
                    // Try again at the next poll.
                }

                foreach (var item in events)
                {
                    yield return item;
                }

                if (events.Count == 0)
                {
                    using var polling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    await Task.WhenAny(signal.Task, Task.Delay(PollInterval, time, polling.Token));
                    await polling.CancelAsync();
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        finally
        {
            if (signal is not null)
            {
                logs.Signals.Release(run.RunId, signal);
            }
        }
    }

    private async Task AppendTextsAsync(RunIdentity run, List<RunEvent> texts, CancellationToken cancellationToken)
    {
        using var lines = new MemoryStream();
        foreach (var line in texts.Select(text => LogLine.OfText(run, text)))
        {
            if (lines.Length + line.Length > IContentStore.MaxAppendBytes)
            {
                await store.AppendPartAsync(run, RunKeys.Texts(run.RunId), lines.ToArray(), flush: false, cancellationToken);
                lines.SetLength(0);
            }

            lines.Write(line);
        }

        await store.AppendPartAsync(run, RunKeys.Texts(run.RunId), lines.ToArray(), flush: false, cancellationToken);
        logs.Signals.Wake(run.RunId);
    }
}

/// <summary>
/// Reads the events of a run piece by piece. Both logs are read side by side: a piece of text comes after the start of its attempt and before its end.
/// Nothing waits for the append of a text, so the last pieces may be in their log after the end: the end, and what follows it, waits for them, though
/// not for long, as they may be lost. For one reader; not thread-safe.
/// </summary>
internal sealed class EventReader(RunIdentity run, IContentStore store, RunLogStore logs, TimeProvider time, bool withTexts)
{
    /// <summary>How long the end of an attempt waits for pieces of its text.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly LogEvents _events = new(run);
    private readonly List<RunEvent> _items = [];
    private readonly HashSet<AttemptKey> _started = [];
    private readonly HashSet<AttemptKey> _ended = [];
    private readonly Dictionary<AttemptKey, List<RunEvent>> _texts = [];

    /// <summary>The number of the last piece that was read of an attempt that has not ended.</summary>
    private readonly Dictionary<AttemptKey, int> _lastTexts = [];

    private long? _waitsSince;
    private long _log;
    private long _text;

    /// <summary>The next events; empty when there are none yet.</summary>
    /// <param name="isLast">Whether no call follows: nothing waits, and pieces of text whose attempt has no start are returned, too.</param>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="UnreadableRecordException">The log cannot be read.</exception>
    public async Task<IReadOnlyList<RunEvent>> NextAsync(bool isLast, CancellationToken cancellationToken)
    {
        // The log first: what was written of a text before the end of its attempt is then read.
        await foreach (var page in logs.PagesAsync(run.RunId, _log, cancellationToken))
        {
            _items.AddRange(_events.Of(page));
            _log = page.Next;
        }

        await (withTexts ? ReadTextsAsync(cancellationToken) : Task.CompletedTask);
        var mayWait = !isLast && withTexts && (_waitsSince is not { } since || time.GetElapsedTime(since) < Patience);
        var (events, taken) = (new List<RunEvent>(), 0);
        foreach (var item in _items)
        {
            if (RunEventNames.EndsAttempt(item.Event))
            {
                if (mayWait && _lastTexts.GetValueOrDefault(KeyOf(item), -1) < item.Texts - 1)
                {
                    break;
                }

                events.AddRange(End(KeyOf(item)));
            }
            else if (item.Event == RunEventNames.StepStarted && !_started.Add(KeyOf(item)))
            {
                // The attempt is executed again: the pieces of its earlier execution come first.
                events.AddRange(TakeBefore(KeyOf(item), item.At));
            }

            events.Add(item);
            taken++;
        }

        foreach (var key in _texts.Keys.Where(key => isLast || _started.Contains(key)).ToList())
        {
            _texts.Remove(key, out var texts);
            events.AddRange(texts!);
        }

        _items.RemoveRange(0, taken);
        _waitsSince = _items.Count == 0 ? null : taken > 0 ? time.GetTimestamp() : _waitsSince ?? time.GetTimestamp();
        return events;
    }

    private List<RunEvent> End(AttemptKey key)
    {
        _ended.Add(key);
        _lastTexts.Remove(key);
        return _texts.Remove(key, out var texts) ? texts : [];
    }

    private List<RunEvent> TakeBefore(AttemptKey key, DateTimeOffset at)
    {
        _lastTexts.Remove(key);
        if (!_texts.TryGetValue(key, out var texts))
        {
            return [];
        }

        var after = _texts[key] = texts.FindAll(text => text.At >= at);
        _lastTexts[key] = after.Count == 0 ? -1 : after[^1].Index ?? -1;
        return texts.FindAll(text => text.At < at);
    }

    private static AttemptKey KeyOf(RunEvent item) => new(item.RunAttempt, item.StepPath ?? "", item.Attempt ?? 0);

    /// <summary>
    /// Reads what the log of texts has now. A damaged line, and one that comes too late, is left out: the output of a step has the whole text.
    /// </summary>
    private async Task ReadTextsAsync(CancellationToken cancellationToken)
    {
        if (await store.ReadFromAsync(RunKeys.Texts(run.RunId), _text, cancellationToken) is not { } tail)
        {
            return;
        }

        var rest = tail.Bytes;
        while (rest.Span.IndexOf((byte)'\n') is var end and >= 0)
        {
            if (Parse(rest.Span[..end]) is { } text && text.Stamp == run.Stamp && !_ended.Contains(KeyOf(text)))
            {
                _lastTexts[KeyOf(text)] = text.Index ?? -1;
                (CollectionsMarshal.GetValueRefOrAddDefault(_texts, KeyOf(text), out _) ??= []).Add(text with { Stamp = null });
            }

            _text += end + 1;
            rest = rest[(end + 1)..];
        }
    }

    private static RunEvent? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            return JsonSerializer.Deserialize<RunEvent>(line, WorkflowJson.Compact) is { Event: not null, RunId: not null } item ? item : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
