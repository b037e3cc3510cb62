using Orchestrator.CrashSweep.Checking;
using Orchestrator.CrashSweep.Writes;
using Orchestrator.Testing;

namespace Orchestrator.CrashSweep.Running;

/// <summary>Runs a case in as many processes as it takes.</summary>
internal static class SweepRun
{
    /// <param name="doubled">The name of the activity that is executed twice; null for none.</param>
    /// <returns>Dispose it after the checks.</returns>
    /// <exception cref="SweepException">The run did not end.</exception>
    public static SweepResult Execute(SweepCase item, string? doubled = null)
    {
        // Files have the machine's times until their process has ended.
        var (calls, time) = (new SweepCalls(), new SteppedTimeProvider(item.OnFiles ? DateTimeOffset.UtcNow : null));
        var disk = new SweepDisk(item.OnFiles);
        try
        {
            return Execute(item, doubled, disk, calls, time);
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    private static SweepResult Execute(SweepCase item, string? doubled, SweepDisk disk, SweepCalls calls, SteppedTimeProvider time)
    {
        var deaths = new Queue<(SweepFault Fault, int At)>(doubled is null ? [(item.Fault, item.At)] : []);
        if (item.Again > 0)
        {
            deaths.Enqueue((SweepFault.DiesAfter, item.Again));
        }

        var activities = new SweepActivities(doubled);
        var survivors = new List<SweepSurvivors>();
        SweepWrites? first = null;
        var client = new SweepClient(item.Definition);
        var script = new SweepScript(item.Definition, client);
        while (true)
        {
            var isOld = !client.IsUpgraded;
            var (fault, at) = !isOld && deaths.TryDequeue(out var death) ? death : default;
            var writes = new SweepWrites(item.Seed + (1_000 * calls.Life), fault, at, disk, time);
            first ??= isOld ? null : writes;
            disk.Open(time);
            var life = new SweepLife(item.Definition, client, script, disk, writes, activities, time, calls);
            life.Live();
            var restarts = writes.IsDead || (writes.Struck is not null && fault == SweepFault.DiskFull) || (isOld && client.IsUpgraded);
            client.Disconnect();
            if (!restarts)
            {
                return client.Unanswered is { } unanswered
                    ? throw new SweepException(unanswered, client.Failure)
                    : new SweepResult(
                        item, disk, calls, life.App, first ?? throw new SweepException("The run was never upgraded."), activities, survivors);
            }

            survivors.Add(SweepSurvivors.Of(disk));
            disk.Close(time.GetUtcNow());
            time = new SteppedTimeProvider(time.GetUtcNow() + TimeSpan.FromHours(item.Hours));
            calls.Life++;
        }
    }
}
