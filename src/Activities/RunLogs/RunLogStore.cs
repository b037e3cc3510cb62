using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Caching.Memory;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// The log of each run, an append-only file of lines: its events, and the checkpoints of its steps' attempts. <see cref="CheckpointStore"/> and the
/// event feed are its readers and writers. What a process knows of a log stays in memory while the run is worked on, so that only what other processes
/// append is read. Thread-safe.
/// </summary>
/// <param name="isShared">
/// Whether several processes execute steps of a run at the same time. Otherwise only the process that executes an attempt of a run writes checkpoints
/// of it, and the log is not read again while it does.
/// </param>
public sealed partial class RunLogStore(IContentStore store, bool isShared = true) : IDisposable
{
    /// <summary>Maximum size in bytes of the lines whose checkpoints stay in memory: steps read the outputs of the steps before them.</summary>
    private const long MaxLines = 64 * 1024 * 1024;

    /// <summary>A log that is not used for this time leaves the memory: its run may go on in another process.</summary>
    private static readonly TimeSpan CacheLifetime = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _indexes = new(new MemoryCacheOptions());
    private readonly KeptCheckpoints _kept = new(MaxLines);
    private readonly KeyedLock _reading = new();
    private readonly string _process = RandomNumberGenerator.GetHexString(8, lowercase: true);
    private long _written;

    /// <summary>Wakes the readers that wait for the next record of a run.</summary>
    internal AppendSignals Signals { get; } = new();

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _indexes.Dispose();

    /// <summary>A name for <see cref="LogRecord.Writer"/> that no other record has.</summary>
    internal string NewWriter() => string.Create(CultureInfo.InvariantCulture, $"{_process}.{Interlocked.Increment(ref _written)}");

    /// <summary>Appends lines in order, in one append if they fit into one, and wakes followers.</summary>
    /// <param name="flush">Whether they are durable when the task completes (<see cref="IContentStore.AppendAsync"/>).</param>
    /// <returns>Where the log ends after them, in bytes.</returns>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="RunGoneException">The run was deleted, and its log with it.</exception>
    internal async Task<long> AppendAsync(RunIdentity run, IReadOnlyList<LogLine> lines, bool flush, CancellationToken cancellationToken)
    {
        for (var line = 0; line < lines.Count; line++)
        {
            foreach (var (hash, content) in lines[line].Beside)
            {
                await PutValueAsync(RunKeys.Value(run.RunId, hash), content, cancellationToken);
            }
        }

        long end = 0;
        for (var first = 0; first < lines.Count;)
        {
            var count = RunWrites.CountThatFit(lines, first);
            var appended = count == lines.Count ? lines : [.. lines.Skip(first).Take(count)];
            first += count;
            var bytes = count == 1 ? appended[0].Bytes : GroupCommit.Join([.. appended.Select(line => line.Bytes)]);
            end = await store.AppendPartAsync(run, RunKeys.Log(run.RunId), bytes, flush || first < lines.Count, cancellationToken);
            Keep(run, end - bytes.Length, appended);
        }

        Signals.Wake(run.RunId);
        return end;
    }

    /// <summary>Makes writes that belong together in their order, with one flush where the store can, and wakes followers.</summary>
    /// <returns>How many were made: fewer than all when the condition of one did not hold.</returns>
    /// <exception cref="ContentStoreException">The store is not available: the first of them may have happened.</exception>
    /// <exception cref="RunGoneException">The run was deleted, and its log with it.</exception>
    internal async Task<int> WriteAsync(RunWrites writes, CancellationToken cancellationToken)
    {
        var made = await store.WriteAsync(writes.All, cancellationToken);
        for (var write = 0; write < made.Count; write++)
        {
            if (writes.LinesOf(write) is var (lines, length))
            {
                var start = made[write].End!.Value - length;
                await (start == 0 ? store.CheckNewAsync(writes.Run, writes.All[write].Key, cancellationToken) : Task.CompletedTask);
                Keep(writes.Run, start, lines);
            }
        }

        Signals.Wake(writes.Run.RunId);
        return made.Count;
    }

    /// <summary>What is known of the run's log.</summary>
    /// <param name="isCurrent">Whether to read what was appended since the last read; otherwise the log is read only if it never was.</param>
    /// <exception cref="UnreadableRecordException">The log cannot be read.</exception>
    internal ValueTask<RunLogIndex> IndexAsync(RunIdentity run, bool isCurrent, CancellationToken cancellationToken) =>
        Cached(run) is { } known && !isCurrent ? new(known) : new(ReadIndexAsync(run, isCurrent, cancellationToken));

    private async Task<RunLogIndex> ReadIndexAsync(RunIdentity run, bool isCurrent, CancellationToken cancellationToken)
    {
        using var reading = await _reading.AcquireAsync(run.RunId, cancellationToken);
        if (Cached(run) is { } readMeanwhile && !isCurrent)
        {
            return readMeanwhile;
        }

        return await ReadOnAsync(run, cancellationToken);
    }

    private async Task<RunLogIndex> ReadOnAsync(RunIdentity run, CancellationToken cancellationToken)
    {
        var index = Cached(run) ?? new RunLogIndex(run.Stamp);
        await foreach (var page in PagesAsync(run.RunId, index.Position, cancellationToken))
        {
            index.Read(page);
            foreach (var (record, offset, length) in isShared ? page.Records : [])
            {
                // Another process made it for the steps after it, which this one may execute.
                if (record.Checkpoint is { } checkpoint
                    && index.Find(AttemptKey.Of(checkpoint)) is { Kept: null, Beside: null } attempt && attempt.Offset == offset
                    && LogPage.Parse(page.Line(offset, length)[..^1], withValues: true, out var whole) is null)
                {
                    attempt.Kept = _kept.Keep(whole!.Checkpoint!, length);
                }
            }
        }

        return Cached(run) ?? _indexes.Set(run, index, new MemoryCacheEntryOptions { SlidingExpiration = CacheLifetime }
            .RegisterPostEvictionCallback(static (_, evicted, _, _) => ((RunLogIndex)evicted!).Forget()));
    }

    /// <summary>What is known of the run's log, which is read if that does not reach up to this position.</summary>
    /// <param name="position">In bytes; where an append of this process ended.</param>
    /// <exception cref="UnreadableRecordException">The log cannot be read.</exception>
    internal async Task<RunLogIndex> ReadToAsync(RunIdentity run, long position, CancellationToken cancellationToken)
    {
        if (Cached(run) is { } known && known.Position >= position)
        {
            return known;
        }

        using var reading = await _reading.AcquireAsync(run.RunId, cancellationToken);
        return Cached(run) is { } readMeanwhile && readMeanwhile.Position >= position ? readMeanwhile : await ReadOnAsync(run, cancellationToken);
    }

    /// <summary>
    /// The time since the last append to the run's log, by the store's clock; null when there is no log, or the store does not say.
    /// </summary>
    internal async Task<TimeSpan?> AgeAsync(RunIdentity run, CancellationToken cancellationToken) =>
        (await ReadAsync(RunKeys.Log(run.RunId), Cached(run)?.Position ?? 0, 1, cancellationToken))?.Age;

    /// <summary>
    /// The log with all checkpoints that an attempt of the run has now: it is read, unless this process alone writes them.
    /// </summary>
    /// <exception cref="UnreadableRecordException">The log cannot be read.</exception>
    internal ValueTask<RunLogIndex> AttemptsOfAsync(RunIdentity run, int runAttempt, CancellationToken cancellationToken) =>
        Cached(run) is { } known && known.IsExecutedHere(runAttempt) ? new(known) : IndexAsync(run, isCurrent: true, cancellationToken);

    /// <summary>
    /// What is known of the run's log when this process is about to execute a step of an attempt of the run. Where processes share the log, the start of
    /// the work says whether that was all (<see cref="CheckpointStore.BeginAsync"/>).
    /// </summary>
    /// <exception cref="UnreadableRecordException">The log cannot be read.</exception>
    internal async ValueTask<RunLogIndex> ExecutingAsync(RunIdentity run, int runAttempt, CancellationToken cancellationToken)
    {
        var known = Cached(run);
        if (known?.IsExecutedHere(runAttempt) == true)
        {
            return known;
        }

        if (isShared)
        {
            return await IndexAsync(run, isCurrent: false, cancellationToken);
        }

        var index = await IndexAsync(run, isCurrent: known is not null, cancellationToken);
        index.ExecuteHere(runAttempt);
        return index;
    }

    /// <summary>The checkpoint of an attempt with its values.</summary>
    /// <exception cref="UnreadableRecordException">It, or a value beside the log, cannot be read.</exception>
    internal ValueTask<StepCheckpoint> LoadAsync(RunIdentity run, LoggedAttempt attempt, CancellationToken cancellationToken) =>
        attempt.Kept?.Value is { } kept ? new(kept) : new(LoadAsync(run, attempt, _ => true, cancellationToken));

    /// <summary>
    /// The checkpoint of an attempt for those who read its output: its other members are not read, and may be null or cut, when they are stored beside
    /// the log.
    /// </summary>
    /// <exception cref="UnreadableRecordException">It, or its output, cannot be read.</exception>
    internal ValueTask<StepCheckpoint> LoadOutputAsync(RunIdentity run, LoggedAttempt attempt, CancellationToken cancellationToken) =>
        attempt.Kept?.Value is { } kept ? new(kept) : new(LoadAsync(run, attempt, LogMember.IsOutput, cancellationToken));

    private async Task<StepCheckpoint> LoadAsync(
        RunIdentity run, LoggedAttempt attempt, Func<string, bool> isNeeded, CancellationToken cancellationToken)
    {
        var checkpoint = Parsed(run, attempt.Offset, await LineAsync(run, attempt, cancellationToken));
        if (attempt.Beside is null)
        {
            attempt.Kept = _kept.Keep(checkpoint, attempt.Length);
            return checkpoint;
        }

        foreach (var (member, hash) in attempt.Beside.Where(value => isNeeded(value.Key)))
        {
            var key = RunKeys.Value(run.RunId, hash);
            checkpoint = member switch
            {
                LogMember.Inputs => checkpoint with { Inputs = await ValueAsync<JsonObject>(key, cancellationToken) },
                LogMember.Output => checkpoint with { Output = await ValueAsync<JsonNode>(key, cancellationToken) },
                LogMember.Transformed => checkpoint with { Transformed = await ValueAsync<JsonNode>(key, cancellationToken) },
                LogMember.Error => checkpoint with { Error = await ValueAsync<WorkflowError>(key, cancellationToken) },
                LogMember.Warnings => checkpoint with { Warnings = await ValueAsync<List<string>>(key, cancellationToken) },
                _ => throw Damaged(run.RunId, new LogFlaw(attempt.Offset, $"names a member '{member}', which no checkpoint has")),
            };
        }

        return checkpoint;
    }

    /// <summary>The exception for a line that cannot be read.</summary>
    internal static UnreadableRecordException Damaged(string runId, LogFlaw flaw) =>
        UnreadableRecordException.Damaged(RunKeys.Log(runId), $"its line at byte {flaw.Offset} {flaw.Reason}");

    /// <summary>Keeps what was appended at this offset, the checkpoints among it as a reader of the log gets them.</summary>
    private void Keep(RunIdentity run, long start, IReadOnlyList<LogLine> lines)
    {
        if (Cached(run) is not { } index)
        {
            return;
        }

        for (var line = 0; line < lines.Count; line++)
        {
            Keep(run, lines[line]);
        }

        index.Appended(start, lines);
    }

    private void Keep(RunIdentity run, LogLine line)
    {
        if (line.Record is { Checkpoint: { } checkpoint, Beside: null })
        {
            line.Kept = _kept.Keep(KeptCheckpoints.IsAsRead(checkpoint) ? checkpoint : Parsed(run, 0, line.Bytes), line.Bytes.Length);
        }
    }

    private RunLogIndex? Cached(RunIdentity run) => _indexes.Get<RunLogIndex>(run);

    private static StepCheckpoint Parsed(RunIdentity run, long offset, ReadOnlyMemory<byte> line) =>
        LogPage.Parse(line[..^1], withValues: true, out var record) is { } damage
            ? throw Damaged(run.RunId, new LogFlaw(offset, damage))
            : record!.Checkpoint!;

    private async Task<ReadOnlyMemory<byte>> LineAsync(RunIdentity run, LoggedAttempt attempt, CancellationToken cancellationToken)
    {
        var tail = await ReadAsync(RunKeys.Log(run.RunId), attempt.Offset, attempt.Length, cancellationToken);
        return tail is null || tail.Bytes.Length < attempt.Length
            ? throw Damaged(run.RunId, new LogFlaw(attempt.Offset, "is missing: the file was changed"))
            : tail.Bytes;
    }

    /// <summary>Writes a large value, also over a damaged one under its name.</summary>
    private async Task PutValueAsync(ContentKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        if (await store.CreateAsync(key, content, cancellationToken) is null
            && (await store.GetAsync(key, cancellationToken))?.Bytes.Span.SequenceEqual(content.Span) != true)
        {
            await store.PutAsync(key, content, cancellationToken);
        }
    }

    private async Task<T> ValueAsync<T>(ContentKey key, CancellationToken cancellationToken)
        where T : class
    {
        var stored = await ValueAsync(key, "A large value of a step's record", "Put it back, or resume the run.", cancellationToken);
        try
        {
            return JsonSerializer.Deserialize<T>(stored.Bytes.Span, WorkflowJson.Compact)!;
        }
        catch (JsonException problem)
        {
            // It has its hash: the log is damaged in a way that its checksum does not show.
            throw UnreadableRecordException.Damaged(key, "its content is of another type than the log says", stored.ETag, problem);
        }
    }

    /// <summary>A value beside the log.</summary>
    private async Task<StoredContent> ValueAsync(ContentKey key, string what, string remedy, CancellationToken cancellationToken)
    {
        var stored = await store.GetReadableAsync(key, cancellationToken) ?? throw UnreadableRecordException.Missing(key, what, remedy);
        return Convert.ToHexStringLower(SHA256.HashData(stored.Bytes.Span)) == key.Value[(key.Value.LastIndexOf('/') + 1)..]
            ? stored
            : throw UnreadableRecordException.Damaged(key, "its content does not have the hash that is its name", stored.ETag);
    }
}
