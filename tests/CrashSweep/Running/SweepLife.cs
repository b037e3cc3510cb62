using Orchestrator.Activities.Mocks;
using Orchestrator.Activities.Stores;
using Orchestrator.CrashSweep.Writes;
using Orchestrator.Testing;

namespace Orchestrator.CrashSweep.Running;

/// <summary>
/// One process, from its start until it dies or stands still. The calling thread decides what happens next: a write, or else the next timer. Everything
/// in between runs until nothing moves, so a seed always leads the same way. Must not be called on the thread pool.
/// </summary>
internal sealed class SweepLife(SweepDefinition definition, MockScript script, SweepDisk disk, SweepWrites writes, FakeTimeProvider time, SweepCalls calls)
{
    public const string RunId = "swept";

    /// <summary>Far more than any run of the sweep needs.</summary>
    private const int MaxSteps = 50_000;

    private static readonly ContentKey Feed = ContentKey.Of("runs", RunId, "events-0.jsonl");

    public SweepApp App { get; private set; } = null!;

    /// <summary>Whether the client was told that its run has started.</summary>
    public bool HasStarted { get; init; }

    /// <summary>Whether the client was told that its wish to cancel has been taken.</summary>
    public bool HasCancelled { get; init; }

    public Task Starting { get; private set; } = Task.CompletedTask;

    public Task Cancelling { get; private set; } = Task.CompletedTask;

    /// <summary>Lives.</summary>
    /// <exception cref="SweepException">It does not come to rest.</exception>
    public void Live()
    {
        Starting = StartAsync();
        var cancels = definition.CancelAt is not null && !HasCancelled;
        for (var step = 0; step < MaxSteps; step++)
        {
            QuietPool.Wait();
            if (writes.IsDead)
            {
                return;
            }

            if (cancels && Starting.IsCompleted && IsCancelDue())
            {
                cancels = false;
                Cancelling = App.CancelRunAsync(RunId);
            }
            else if (!writes.GrantNext() && !time.AdvanceToNextTimer())
            {
                return;
            }
        }

        throw new SweepException($"The process did not come to rest after {MaxSteps} steps.");
    }

    private async Task StartAsync()
    {
        using var models = new SweepModels(script, disk.Store, calls, RunId, time);
        App = await SweepApp.StartAsync(disk, writes, time, models, new SweepTool(script, calls, time));
        if (!HasStarted)
        {
            await App.StartRunAsync(definition, RunId);
        }
    }

    private bool IsCancelDue()
    {
        var (name, step) = definition.CancelAt!.Value;
        return SweepFeed.Events(disk.Store, Feed).Any(item => (string?)item["event"] == name && (string?)item["stepId"] == step);
    }
}
