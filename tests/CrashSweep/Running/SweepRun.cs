using Orchestrator.Activities.Mocks;
using Orchestrator.CrashSweep.Checking;
using Orchestrator.CrashSweep.Writes;
using Orchestrator.Testing;

namespace Orchestrator.CrashSweep.Running;

/// <summary>Runs a case in as many lives as it takes.</summary>
internal static class SweepRun
{
    /// <exception cref="SweepException">The run came to no end.</exception>
    public static SweepResult Execute(SweepCase item)
    {
        var definition = item.Definition;
        if (!MockScript.TryParse($$"""{ "steps": {{definition.Answers}} }""", out var script, out var findings))
        {
            throw new SweepException($"The answers of '{definition.Name}' are wrong: {string.Join(' ', findings)}");
        }

        var (disk, calls, time) = (new SweepDisk(), new SweepCalls(), new FakeTimeProvider());
        var deaths = new Queue<(SweepFault Fault, int At)>([(item.Fault, item.At)]);
        if (item.Again > 0)
        {
            deaths.Enqueue((SweepFault.DiesAfter, item.Again));
        }

        var survivors = new List<SweepSurvivors>();
        SweepWrites? first = null;
        bool started = false, cancelled = false;
        while (true)
        {
            var (fault, at) = deaths.TryDequeue(out var death) ? death : default;
            var writes = new SweepWrites(item.Seed + (1_000 * calls.Life), fault, at);
            first ??= writes;
            var life = new SweepLife(definition, script, disk, writes, time, calls) { HasStarted = started, HasCancelled = cancelled };
            life.Live();
            var restarts = writes.IsDead || (writes.Struck is not null && fault == SweepFault.DiskFull);
            if (!restarts)
            {
                Expect(life);
                return new SweepResult(disk, calls, life.App, first, survivors);
            }

            started |= life.Starting.IsCompletedSuccessfully;
            cancelled |= definition.CancelAt is not null && life.Cancelling != Task.CompletedTask && life.Cancelling.IsCompletedSuccessfully;
            survivors.Add(SweepSurvivors.Of(disk));
            time = new FakeTimeProvider(time.GetUtcNow() + definition.Downtime);
            calls.Life++;
        }
    }

    private static void Expect(SweepLife life)
    {
        if (!life.Starting.IsCompletedSuccessfully)
        {
            throw new SweepException($"The client was not told that its run has started: {life.Starting.Status}.", life.Starting.Exception);
        }

        if (!life.Cancelling.IsCompletedSuccessfully)
        {
            throw new SweepException("The client was not told that its wish to cancel has been taken.", life.Cancelling.Exception);
        }
    }
}
