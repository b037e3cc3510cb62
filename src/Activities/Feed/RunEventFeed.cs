using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.Feed;

/// <summary>
/// What happened in each run, in order, as JSON lines in the content store. A writer may repeat an event after a crash: readers that count
/// must drop repeats (same run attempt, step path, attempt, event and index). Thread-safe.
/// </summary>
public sealed class RunEventFeed(IContentStore store, TimeProvider time)
{
    /// <summary>How long a follower waits before it looks for events of another process; those of its own wake it at once.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<string, TaskCompletionSource> _appended = new(StringComparer.Ordinal);

    /// <summary>How many runs are followed in this process.</summary>
    internal int Followed => _appended.Count;

    /// <summary>
    /// Appends the events durably, all together unless they are larger than one append may be, and wakes followers. An event that is too large is cut:
    /// the record that it names has the whole.
    /// </summary>
    public async Task AppendAsync(RunIdentity run, IReadOnlyList<RunEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
        {
            return;
        }

        // The break in front keeps a line that a crash tore apart from swallowing the next one.
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

    /// <summary>The events from <paramref name="position"/> on; none when there is no such run.</summary>
    /// <param name="position">0, or <see cref="EventPage.Next"/> of an earlier page.</param>
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

            // An event with another stamp is of another run of that id. The stamp itself is not shown.
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
    /// The events from <paramref name="position"/> on, and then those that come, until the token fires. A store that is away later on is looked at again: a run is not
    /// given up because it cannot be watched.
    /// </summary>
    /// <exception cref="ContentStoreException">The store is away at the first look.</exception>
    public async IAsyncEnumerable<RunEvent> FollowAsync(
        RunIdentity run, long position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        TaskCompletionSource? signal = null;
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                // Taken before reading: an append in between then ends the wait at once.
                signal = _appended.GetOrAdd(run.RunId, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                var page = new EventPage([], position);
                try
                {
                    page = await ReadAsync(run, position, cancellationToken);
                }
                catch (ContentStoreException) when (!isFirst)
                {
                    // There is nothing new to show until the next look.
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
            // After a run's last event no append takes it out. Another follower that waits for it takes a new one.
            if (signal is not null && _appended.TryRemove(KeyValuePair.Create(run.RunId, signal)))
            {
                signal.TrySetResult();
            }
        }
    }

    /// <summary>An empty line is a separator; any other that is no event was torn by a crash and had its effect repeated.</summary>
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

/// <summary>Events of a feed from some position on.</summary>
/// <param name="Next">The position after the last event: where to go on. Opaque to clients.</param>
/// <param name="BadLines">How many lines are no events: a crash tore them, or the log is damaged.</param>
public sealed record EventPage(IReadOnlyList<RunEvent> Events, long Next, int BadLines = 0);
