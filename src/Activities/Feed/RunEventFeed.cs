using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Feed;

/// <summary>
/// The event log of each run: JSON lines in the content store, in order. A writer may repeat an event after a crash: readers that count must drop
/// duplicates (same run attempt, step path, attempt, event and index). Positions are offsets in bytes. Thread-safe.
/// </summary>
public sealed class RunEventFeed(IContentStore store, TimeProvider time)
{
    /// <summary>How often a follower polls for events of other processes; an event of its own process wakes it at once.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _appended = new(StringComparer.Ordinal);

    /// <summary>How many runs are followed in this process: for the test that nothing stays behind.</summary>
    internal int Followed => _appended.Count;

    /// <summary>
    /// Appends the events durably and wakes followers: in one append, or several when they are too large for one. An event that is too large is cut;
    /// the record that it names has the full text.
    /// </summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    public async Task AppendAsync(RunIdentity run, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return;
        }

        // Begin with a line break: after an incomplete line of a crash, the first event is then still a line of its own.
        using var lines = new MemoryStream();
        lines.WriteByte((byte)'\n');
        foreach (var line in events.Select(item => EventLine.Of(item with { Stamp = run.Stamp })))
        {
            if (lines.Length + line.Length + 1 > IContentStore.MaxAppendBytes)
            {
                await store.AppendAsync(RunKeys.Events(run.RunId), lines.ToArray(), cancellationToken);
                lines.SetLength(0);
                lines.WriteByte((byte)'\n');
            }

            lines.Write(line);
            lines.WriteByte((byte)'\n');
        }

        await store.AppendAsync(RunKeys.Events(run.RunId), lines.ToArray(), cancellationToken);
        if (_appended.TryRemove(run.RunId, out var waiting))
        {
            waiting.TrySetResult();
        }
    }

    /// <summary>The events from <paramref name="position"/> on; none when the run has no feed.</summary>
    /// <param name="position">0, or <see cref="EventPage.Next"/> of an earlier page.</param>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    public async Task<EventPage> ReadAsync(RunIdentity run, long position, CancellationToken cancellationToken)
    {
        var tail = await store.ReadFromAsync(RunKeys.Events(run.RunId), position, cancellationToken);
        var events = new List<RunEvent>();
        if (tail is null)
        {
            return new EventPage(events, position);
        }

        var (rest, badLines) = (tail.Bytes, 0);
        while (rest.Span.IndexOf((byte)'\n') is var end and >= 0)
        {
            var item = Parse(rest.Span[..end]);
            badLines += item is null && end > 0 ? 1 : 0;

            // An event with another stamp belongs to another run of the id. Clients do not see the stamp.
            if (item is not null && item.Stamp == run.Stamp)
            {
                events.Add(item with { Stamp = null });
            }

            position += end + 1;
            rest = rest[(end + 1)..];
        }

        return new EventPage(events, position, badLines);
    }

    /// <summary>
    /// The events from <paramref name="position"/> on, and then new ones, until the token fires. When the store becomes unavailable later on, it is
    /// polled again. An event of this process comes at once, one of another process within half a second.
    /// </summary>
    /// <param name="position">0, or <see cref="EventPage.Next"/> of an earlier page.</param>
    /// <exception cref="ContentStoreException">The store is not available at the first read.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    public async IAsyncEnumerable<RunEvent> FollowAsync(
        RunIdentity run, long position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TaskCompletionSource? signal = null;
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                // Taken before reading, so that an append after the read ends the wait at once.
                signal = _appended.GetOrAdd(run.RunId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                var page = new EventPage([], position);
                try
                {
                    page = await ReadAsync(run, position, cancellationToken);
                }
                catch (ContentStoreException) when (!isFirst)
                {
                    // Try again at the next poll.
                }

                foreach (var item in page.Events)
                {
                    yield return item;
                }

                if (page.Next == position)
                {
                    using var polling = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    await Task.WhenAny(signal.Task, Task.Delay(PollInterval, time, polling.Token));
                    await polling.CancelAsync();
                    cancellationToken.ThrowIfCancellationRequested();
                }

                position = page.Next;
            }
        }
        finally
        {
            // No append removes it after a run's last event. Another follower that waits for it then takes a new one.
            if (signal is not null && _appended.TryRemove(KeyValuePair.Create(run.RunId, signal)))
            {
                signal.TrySetResult();
            }
        }
    }

    /// <summary>
    /// The event; null for an empty line, which is a separator, and for a damaged one: a write that a crash interrupted was repeated.
    /// </summary>
    private static RunEvent? Parse(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return null;
        }

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

/// <summary>Events of a feed from a position on.</summary>
/// <param name="Next">The position after the last event, to continue from. Opaque to clients.</param>
/// <param name="BadLines">How many lines are not events: a crash interrupted their write, or the log is damaged.</param>
public sealed record EventPage(IReadOnlyList<RunEvent> Events, long Next, int BadLines = 0);
