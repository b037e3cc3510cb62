using Orchestrator.Activities.Checkpoints;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.RunLogs;

/// <summary>
/// What this process knows of one run's log: where the checkpoint of each attempt is, and which attempts began without an end. Of two checkpoints of
/// one attempt the first in the log counts. Thread-safe.
/// </summary>
/// <param name="stamp">The run's stamp; records with another one belong to another run of the id.</param>
internal sealed class RunLogIndex(string? stamp)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<AttemptKey, LoggedAttempt> _attempts = [];
    private readonly AttemptHolders _holders = new();

    /// <summary>
    /// The executions of attempts without a checkpoint: each by its writer, or, where starts name none, by its time, which a repeated event has too.
    /// </summary>
    private readonly Dictionary<AttemptKey, HashSet<(string? Writer, DateTimeOffset At)>> _begun = [];
    private readonly List<LogFlaw> _flaws = [];

    /// <summary>Checkpoints in memory whose lines this process appended and that are not known yet, by <see cref="LogRecord.Writer"/>.</summary>
    private readonly Dictionary<string, KeptCheckpoint> _kept = new(StringComparer.Ordinal);

    /// <summary>Appends of this process that are behind the position, by where they begin: another writer's records are between.</summary>
    private readonly Dictionary<long, IReadOnlyList<LogLine>> _ahead = [];

    private readonly HashSet<int> _executed = [];
    private long _position;

    /// <summary>Up to where the log is known, in bytes.</summary>
    public long Position
    {
        get
        {
            lock (_gate)
            {
                return _position;
            }
        }
    }

    /// <summary>The lines that cannot be read, in order.</summary>
    public IReadOnlyList<LogFlaw> Flaws
    {
        get
        {
            lock (_gate)
            {
                return [.. _flaws];
            }
        }
    }

    /// <summary>Whether this process alone writes checkpoints of this attempt of the run, so that all of them are known.</summary>
    public bool IsExecutedHere(int runAttempt)
    {
        lock (_gate)
        {
            return _executed.Contains(runAttempt);
        }
    }

    /// <summary>From now on this process alone writes checkpoints of this attempt of the run. The log was read before.</summary>
    public void ExecuteHere(int runAttempt)
    {
        lock (_gate)
        {
            _executed.Add(runAttempt);
        }
    }

    /// <summary>The first line from this offset on that cannot be read; null for none.</summary>
    public LogFlaw? FlawFrom(long offset)
    {
        lock (_gate)
        {
            return _flaws.Find(flaw => flaw.Offset >= offset);
        }
    }

    /// <summary>The checkpoint of an attempt; null when the log has none up to the position.</summary>
    public LoggedAttempt? Find(AttemptKey key)
    {
        lock (_gate)
        {
            return _attempts.GetValueOrDefault(key);
        }
    }

    /// <summary>The completed attempts whose output is stored beside the log.</summary>
    public IReadOnlyList<LoggedAttempt> WithOutputBeside()
    {
        lock (_gate)
        {
            return [.. _attempts.Values.Where(attempt => attempt.Head.Status == StepStatus.Completed && attempt.Beside?.Keys.Any(LogMember.IsOutput) == true)];
        }
    }

    /// <summary>The writer of the execution that has an attempt now; null for none, and where starts name no writer.</summary>
    public string? HolderOf(AttemptKey key)
    {
        lock (_gate)
        {
            return _holders.Find(key);
        }
    }

    /// <summary>The attempts that executions have now, each with its writer.</summary>
    public IReadOnlyList<KeyValuePair<AttemptKey, string>> Held()
    {
        lock (_gate)
        {
            return [.. _holders.All];
        }
    }

    /// <summary>How many executions of an attempt have begun without a checkpoint.</summary>
    public int Begun(AttemptKey key)
    {
        lock (_gate)
        {
            return _begun.GetValueOrDefault(key)?.Count ?? 0;
        }
    }

    /// <summary>Takes lines that were read. Those before the position are known.</summary>
    public void Read(LogPage page)
    {
        lock (_gate)
        {
            foreach (var (record, offset, length) in page.Records.Where(line => line.Offset >= _position))
            {
                Apply(record, offset, length);
            }

            // A damaged last line without a line break is read again each time.
            _flaws.AddRange(page.Flaws.Where(flaw => flaw.Offset >= _position && flaw != _flaws.LastOrDefault()));
            _position = Math.Max(_position, page.Next);
            TakeAhead();
        }
    }

    /// <summary>Takes lines that this process appended at this offset. They count when the log is known up to there.</summary>
    public void Appended(long start, IReadOnlyList<LogLine> lines)
    {
        lock (_gate)
        {
            foreach (var line in lines)
            {
                if (line is { Kept: { } kept, Record: { Checkpoint: { } checkpoint, Writer: { } writer } })
                {
                    Keep(AttemptKey.Of(checkpoint), writer, kept);
                }
            }

            if (start >= _position)
            {
                _ahead[start] = lines;
                TakeAhead();
            }
        }
    }

    /// <summary>Frees the memory that checkpoints take.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            foreach (var kept in _attempts.Values.Select(attempt => attempt.Kept).Concat(_kept.Values).OfType<KeptCheckpoint>())
            {
                kept.Value = null;
            }
        }
    }

    private void Keep(AttemptKey key, string writer, KeptCheckpoint kept)
    {
        if (!_attempts.TryGetValue(key, out var known))
        {
            _kept[writer] = kept;
        }
        else if (known.Writer == writer)
        {
            known.Kept = kept;
        }
    }

    private void TakeAhead()
    {
        while (_ahead.Remove(_position, out var lines))
        {
            foreach (var line in lines)
            {
                Apply(line.Record, _position, line.Bytes.Length);
                _position += line.Bytes.Length;
            }
        }

        if (_ahead.Count > 0)
        {
            foreach (var known in _ahead.Keys.Where(start => start < _position).ToList())
            {
                _ahead.Remove(known);
            }
        }
    }

    private void Apply(LogRecord record, long offset, int length)
    {
        KeptCheckpoint? kept = null;
        _ = record is { Checkpoint: not null, Writer: { } writer } && _kept.Remove(writer, out kept);
        if (!record.IsOf(stamp) || record.Attempt is not { } key || _attempts.ContainsKey(key) || !_holders.Take(key, record))
        {
            return;
        }

        if (record.Checkpoint is { } checkpoint)
        {
            var head = checkpoint with { Inputs = null, Output = null, Transformed = null };
            _attempts.Add(key, new LoggedAttempt(head, record.Writer, record.Beside, offset, length) { Kept = kept });
            _begun.Remove(key);
        }
        else if (!record.Released)
        {
            if (!_begun.TryGetValue(key, out var executions))
            {
                _begun.Add(key, executions = []);
            }

            executions.Add((record.Writer, record.Writer is null ? record.Event!.At : default));
        }
    }
}

/// <summary>Names an attempt of a step within its run.</summary>
/// <param name="RunAttempt">The attempt of the run, from 1; 0 for a checkpoint that a fork copied.</param>
/// <param name="Attempt">The attempt of the step, from 1.</param>
internal readonly record struct AttemptKey(int RunAttempt, string StepPath, int Attempt)
{
    public static AttemptKey Of(StepCheckpoint checkpoint) => new(checkpoint.RunAttempt, checkpoint.StepPath, checkpoint.Attempt);
}

/// <summary>The checkpoint of an attempt in the log.</summary>
/// <param name="Head">The checkpoint without its inputs, output and transformed output.</param>
/// <param name="Writer"><see cref="LogRecord.Writer"/>.</param>
/// <param name="Beside"><see cref="LogRecord.Beside"/>.</param>
/// <param name="Offset">Where its line begins, in bytes.</param>
/// <param name="Length">The length of its line with the line break, in bytes.</param>
internal sealed record LoggedAttempt(StepCheckpoint Head, string? Writer, IReadOnlyDictionary<string, string>? Beside, long Offset, int Length)
{
    private KeptCheckpoint? _kept;

    /// <summary>The whole checkpoint, while it is in memory; null when it never was.</summary>
    public KeptCheckpoint? Kept
    {
        get => Volatile.Read(ref _kept);
        set => Volatile.Write(ref _kept, value);
    }
}

/// <summary>A line of a log that cannot be read.</summary>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Reason">What is wrong with it, as the end of a sentence.</param>
internal sealed record LogFlaw(long Offset, string Reason);
