using Orchestrator.Activities.Mocks;
using Orchestrator.CrashSweep.Checking;
using Orchestrator.CrashSweep.Writes;
using Orchestrator.Testing;

namespace Orchestrator.CrashSweep.Running;

/// <summary>Runs a case in as many lives as it takes.</summary>
internal static class SweepRun
{
    /// <param name="doubled">The name of the activity that is executed twice; null for none.</param>
    /// <exception cref="SweepException">The run came to no end.</exception>
    public static SweepResult Execute(SweepCase item, string? doubled = null)
    {
        var definition = item.Definition;
        if (!MockScript.TryParse($$"""{ "steps": {{definition.Answers}} }""", out var script, out var findings))
        {
            throw new SweepException($"The answers of '{definition.Name}' are wrong: {string.Join(' ', findings)}");
        }

        var (disk, calls, time) = (new SweepDisk(), new SweepCalls(), new FakeTimeProvider());
        var deaths = new Queue<(SweepFault Fault, int At)>(doubled is null ? [(item.Fault, item.At)] : []);
        if (item.Again > 0)
        {
            deaths.Enqueue((SweepFault.DiesAfter, item.Again));
        }

        var activities = new SweepActivities(doubled);
        var survivors = new List<SweepSurvivors>();
        SweepWrites? first = null;
        var client = new SweepClient(definition);
        while (true)
        {
            var (fault, at) = deaths.TryDequeue(out var death) ? death : default;
            var writes = new SweepWrites(item.Seed + (1_000 * calls.Life), fault, at, time);
            first ??= writes;
            var life = new SweepLife(definition, client, script, disk, writes, activities, time, calls);
            life.Live();
            var restarts = writes.IsDead || (writes.Struck is not null && fault == SweepFault.DiskFull);
            client.Disconnect();
            if (!restarts)
            {
                return client.Unanswered is { } unanswered
                    ? throw new SweepException(unanswered, client.Failure)
                    : new SweepResult(item, disk, calls, life.App, first, activities, survivors);
            }

            survivors.Add(SweepSurvivors.Of(disk));
            time = new FakeTimeProvider(time.GetUtcNow() + definition.Downtime);
            calls.Life++;
        }
    }
}
