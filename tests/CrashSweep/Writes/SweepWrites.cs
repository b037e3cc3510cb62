using System.Globalization;
using Orchestrator.CrashSweep.Running;

namespace Orchestrator.CrashSweep.Writes;

/// <summary>
/// All durable writes of one process, numbered from 1 in the order in which they happen. They happen one at a time, when the driver says so, and the
/// seed decides which of those that wait is next; at the one that <paramref name="fault"/> is about, something goes wrong. Asking is thread-safe.
/// </summary>
/// <param name="at">The number of the write; of <see cref="SweepFault.FailsOnce"/>, <see cref="SweepFault.FailsAfterSuccess"/> and
/// <see cref="SweepFault.StoreAway"/> it counts writes to the content store only.</param>
internal sealed class SweepWrites(int seed, SweepFault fault, int at, SweepDisk disk, TimeProvider time)
{
    private static readonly TimeSpan Outage = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<PendingWrite> _pending = [];
    private readonly Random _random = new(seed);
    private readonly List<string> _names = [];

    /// <summary>The writes in order, failed ones included.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Those among them that went to the content store.</summary>
    public int StoreCount { get; private set; }

    /// <summary>Whether the process was killed: no write is carried out or completed any more.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Whether every write fails until the process is restarted.</summary>
    public bool IsFull { get; private set; }

    /// <summary>When the content store can be reached again.</summary>
    public DateTimeOffset AwayUntil { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>The content store cannot be reached.</summary>
    public bool IsStoreAway => time.GetUtcNow() < AwayUntil;

    /// <summary>The fault and where it happened; null when there was none.</summary>
    public string? Struck { get; private set; }

    public Task<T> AskAsync<T>(PendingWrite<T> write)
    {
        lock (_gate)
        {
            if (!IsDead)
            {
                write.Round = _names.Count;
                _pending.Add(write);
            }
        }

        return write.Answer;
    }

    /// <summary>Carries out the next write, or the fault. False when none is pending. Called when nothing else runs.</summary>
    public bool GrantNext()
    {
        PendingWrite write;
        lock (_gate)
        {
            if (_pending.Count == 0)
            {
                return false;
            }

            write = Choose();
            _pending.Remove(write);
        }

        _names.Add(write.Name);
        StoreCount += write.IsJournal ? 0 : 1;
        switch (Fault(write))
        {
            case SweepFault.None:
                write.Grant();
                break;
            case SweepFault.DiskFull or SweepFault.StoreAway or SweepFault.FailsOnce:
                write.Fail(write.Failure());
                break;
            case SweepFault.FailsAfterSuccess:
                write.Perform();
                write.Fail(write.Failure());
                break;
            case var death:
                Die(write, death);
                break;
        }

        return true;
    }

    private SweepFault Fault(PendingWrite write)
    {
        if (IsFull)
        {
            return SweepFault.DiskFull;
        }

        if (IsStoreAway && !write.IsJournal)
        {
            return SweepFault.StoreAway;
        }

        var ofStore = fault is SweepFault.FailsOnce or SweepFault.FailsAfterSuccess or SweepFault.StoreAway;
        if (Struck is not null || fault == SweepFault.None || (ofStore ? write.IsJournal || StoreCount != at : _names.Count != at))
        {
            return SweepFault.None;
        }

        Struck = string.Create(CultureInfo.InvariantCulture, $"{fault} at write {at}, {write.Name}");
        IsFull = fault == SweepFault.DiskFull;
        if (fault == SweepFault.StoreAway)
        {
            AwayUntil = time.GetUtcNow() + Outage;
        }

        return fault;
    }

    /// <summary>Carries out some of the other pending writes, chosen by the seed, as a crash may.</summary>
    private void Die(PendingWrite write, SweepFault death)
    {
        var isDone = death is SweepFault.DiesAfter or SweepFault.PowerFails;
        if (isDone)
        {
            write.Perform();
        }
        else if (death == SweepFault.DiesTorn)
        {
            write.Tear();
        }

        lock (_gate)
        {
            IsDead = true;
            var lost = new HashSet<string?>();
            if (!isDone && write.Queue is not null)
            {
                lost.Add(write.Queue);
            }

            foreach (var other in _pending.Where(item => item.IsJournal).Concat(_pending.Where(item => !item.IsJournal).Order()))
            {
                if (other.Queue is not null && lost.Contains(other.Queue))
                {
                    continue;
                }

                if (_random.Next(2) == 0)
                {
                    other.Perform();
                }
                else if (other.Queue is not null)
                {
                    lost.Add(other.Queue);
                }
            }

            _pending.Clear();
            if (death == SweepFault.PowerFails)
            {
                disk.LoseUnflushed(_random);
            }
        }
    }

    private PendingWrite Choose()
    {
        // The journal's requests come one after the other in each history; those of a log may come from several threads at once.
        var heads = new HashSet<string>();
        var eligible = _pending.Where(write => write.IsJournal).Concat(_pending.Where(write => !write.IsJournal).Order())
            .Where(write => write.Queue is null || heads.Add(write.Queue)).Order().ToList();
        return eligible[_random.Next(eligible.Count)];
    }
}
