using Orchestrator.Bench.Reporting;
using Orchestrator.Bench.Runtime;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Bench.Recovery;

/// <summary>The instances of a host that was stopped.</summary>
internal sealed record RecoveryCase(int Instances, NoOpWork Work)
{
    public int Steps => Instances * Work.Steps;

    public string Name => Instances == 1 ? Work.ToString() : $"{Instances:N0} × {Work}, {(Work.Waits ? "unfinished" : "finished")}";

    /// <summary>Starts the instances, and waits for their end unless they wait for an event.</summary>
    public Task RunAsync(LocalDurableHost host) => Task.WhenAll(Enumerable.Range(0, Instances).Select(async _ =>
    {
        var instance = await host.Client.ScheduleAsync(Work);
        if (!Work.Waits)
        {
            await host.Client.EndAsync(instance, Work);
        }
    }));

    /// <summary>Runs the instances in memory and copies their histories into the folder, since only the restart is measured.</summary>
    /// <returns>The number of events.</returns>
    public async Task<long> PrepareAsync(string folder)
    {
        var memory = new MemoryJournal();
        var arrivals = new Arrivals(Work.Waits ? Instances : 0);
        await using (var host = await NoOpHost.StartAsync(memory, arrivals.Add))
        {
            await RunAsync(host);
            await arrivals.All;
        }

        var events = 0L;
        await using var files = FileJournal.Open(folder);
        var appends = new List<Task>();
        await foreach (var id in memory.ListAsync())
        {
            var position = 0L;
            var last = Task.CompletedTask;
            await foreach (var record in memory.ReadAsync(id))
            {
                last = files.AppendAsync(id, position++, record);
            }

            appends.Add(last);
            events += position;
        }

        await Task.WhenAll(appends);
        return events;
    }

    /// <summary>Starts a host over the folder, and measures until every unfinished instance waits for its event again.</summary>
    public async Task<RecoveryMeasurement> RestartAsync(string folder)
    {
        var arrivals = new Arrivals(Work.Waits ? Instances : 0);
        var meter = new ProcessMeter();
        await using var host = await NoOpHost.StartAsync(FileJournal.Open(folder), arrivals.Add);
        await arrivals.All;
        var measurement = new RecoveryMeasurement(meter.Elapsed.TotalSeconds, meter.ProcessorTime.TotalSeconds);
        var known = await host.Client.GetAllInstancesAsync().CountAsync();
        WrongAnswerException.ThrowUnless(
            known == Instances && host.RefusedInstances.Count == 0, $"{Name}: the host has {known} instances after the restart.");
        return measurement;
    }

    /// <summary>Checks, after all measurements, that an instance still ends with the right result.</summary>
    public async Task FinishAsync(string folder)
    {
        await using var host = await NoOpHost.StartAsync(FileJournal.Open(folder));
        await foreach (var instance in host.Client.GetAllInstancesAsync())
        {
            if (Work.Waits)
            {
                await host.Client.ReleaseAsync(instance.InstanceId);
            }

            await host.Client.EndAsync(instance.InstanceId, Work);
            return;
        }
    }
}

/// <summary>The cost of a restart.</summary>
/// <param name="Seconds">From opening the journal until the code of every unfinished instance has seen all its results again.</param>
internal sealed record RecoveryMeasurement(double Seconds, double ProcessorSeconds);

/// <summary>Counts the instances that wait for their event. Thread-safe.</summary>
internal sealed class Arrivals
{
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing;

    public Arrivals(int expected)
    {
        _missing = expected;
        if (expected == 0)
        {
            _all.SetResult();
        }
    }

    /// <summary>Completes when all expected instances wait.</summary>
    public Task All => _all.Task;

    public void Add()
    {
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _all.SetResult();
        }
    }
}
