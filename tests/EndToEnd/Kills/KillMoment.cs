namespace Orchestrator.EndToEnd.Kills;

/// <summary>When a server is killed, counted from what is seen of it, so that a busy machine changes little.</summary>
/// <param name="Records">The delay counts from when it has recorded so many attempts; 0: from when it has accepted a run, or listens when all are
/// accepted.</param>
internal sealed record KillMoment(int Records, TimeSpan Delay)
{
    private const int MostMsAfterStart = 1_500;
    private const int MostMsAfterRecord = 300;

    /// <param name="open">Attempts that have no record yet.</param>
    public static KillMoment Draw(Random random, bool afterRecord, int open) => afterRecord
        ? new KillMoment(random.Next(1, Math.Max(2, open / 2)), TimeSpan.FromMilliseconds(random.Next(MostMsAfterRecord)))
        : new KillMoment(0, TimeSpan.FromMilliseconds(random.Next(MostMsAfterStart)));

    public override string ToString() => $"{(Records == 0 ? "start" : $"record {Records}")} + {Delay.TotalMilliseconds} ms";
}
