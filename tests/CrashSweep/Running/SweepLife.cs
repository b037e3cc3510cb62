using Orchestrator.CrashSweep.Writes;
using Orchestrator.Functions.Application;
using Orchestrator.Testing;

namespace Orchestrator.CrashSweep.Running;

/// <summary>
/// One process, from its start until it is killed or idle. The calling thread decides what happens next: a write, or else the next timer.
/// Everything in between runs until the pool is quiet, so a seed always gives the same order. Must not be called on the thread pool.
/// </summary>
internal sealed class SweepLife(
    SweepDefinition definition,
    SweepClient client,
    SweepScript script,
    SweepDisk disk,
    SweepWrites writes,
    SweepActivities activities,
    SteppedTimeProvider time,
    SweepCalls calls)
{
    /// <summary>Far more than any run of the sweep needs.</summary>
    private const int MaxSteps = 50_000;

    /// <summary>
    /// How often a process looks for runs to continue: one look may find the store unavailable, and one the run as it is after that.
    /// </summary>
    private const int MaxLooks = 3;

    /// <summary>The clock is set in one of so many steps, in cases that set it.</summary>
    private const int ClockInterval = 12;

    private static readonly TimeSpan[] Jumps =
    [
        TimeSpan.FromHours(1), TimeSpan.FromHours(-1), TimeSpan.FromDays(40), TimeSpan.FromDays(-40), TimeSpan.FromSeconds(-3)
    ];

    private readonly Random _clock = new(definition.Name.Length + calls.Life);
    private readonly bool _isOld = !client.IsUpgraded;
    private Task _pruning = Task.CompletedTask;
    private Task _looking = Task.CompletedTask;
    private int _looks;

    public SweepApp App { get; private set; } = null!;

    /// <summary>A full disk is noticed, and the process started again, before time passes that the result depends on.</summary>
    private bool MayWait => !(writes.IsFull && definition is { DependsOnTime: true, IsFree: false });

    /// <summary>Runs the process.</summary>
    /// <exception cref="SweepException">It does not become idle.</exception>
    public void Live()
    {
        var starting = StartAsync();
        for (var step = 0; step < MaxSteps; step++)
        {
            QuietPool.Wait();
            if (writes.IsDead || (_isOld && client.IsUpgraded))
            {
                return;
            }

            if (definition.SetsClock && _clock.Next(ClockInterval) == 0)
            {
                time.SetClock(Jumps[_clock.Next(Jumps.Length)]);
            }

            var isUp = starting.IsCompletedSuccessfully;
            if ((isUp && client.AskNext(App, disk.Store, writes, time, isAtRest: false))
                || writes.GrantNext()
                || (MayWait && time.AdvanceToNextTimer())
                || (isUp && client.AskNext(App, disk.Store, writes, time, isAtRest: true))
                || (isUp && !writes.IsStoreAway && LookForUpgraded()))
            {
                continue;
            }

            if (!writes.IsStoreAway)
            {
                if (_pruning.IsFaulted)
                {
                    throw new SweepException("Pruning failed.", _pruning.Exception);
                }

                return;
            }

            time.AdvanceTo(writes.AwayUntil);
        }

        throw new SweepException($"The process did not come to rest after {MaxSteps} steps.");
    }

    /// <summary>As serving processes do from time to time.</summary>
    private bool LookForUpgraded()
    {
        if (_isOld || !definition.IsUpgraded || !_looking.IsCompleted || _looks == MaxLooks)
        {
            return false;
        }

        _looks++;
        _looking = App.Get<UpgradedRuns>().ResumeAsync(App.Host.Client, CancellationToken.None);
        return true;
    }

    /// <summary>Prunes the store unless it is new, as serving processes do from time to time.</summary>
    private async Task StartAsync()
    {
        using var models = new SweepModels(script, disk, calls, time);
        App = await SweepApp.StartAsync(definition, _isOld, disk, writes, activities, time, models, new SweepTool(script, disk, calls, time));
        if (calls.Life > 0)
        {
            _pruning = App.Get<RunPruner>().PruneAsync(App.Host.Client, before: null, CancellationToken.None);
        }
    }
}
