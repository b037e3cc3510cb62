using Orchestrator.Bench.Reporting;
using Orchestrator.Bench.Runtime;
using Orchestrator.LocalHost.Hosting;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.Bench.Recovery;

/// <summary>Instances that a host left behind.</summary>
internal sealed record RecoveryCase(int Instances, NoOpWork Work)
{
    public int Steps => Instances * Work.Steps;

    public string Name => Instances == 1 ? Work.ToString() : $"{Instances:N0} × {Work}, {(Work.Waits ? "unfinished" : "finished")}";

    /// <summary>Starts the instances, and waits for the end of those that do not wait themselves.</summary>
    public Task RunAsync(LocalDurableHost host) => Task.WhenAll(Enumerable.Range(0, Instances).Select(async _ =>
    {
        var instance = await host.Client.ScheduleAsync(Work);
        if (!Work.Waits)
        {
            await host.Client.EndAsync(instance, Work);
        }
    }));

    /// <summary>Runs the instances in memory and copies their histories into the folder: only the restart is measured, and it reads nothing but files.</summary>
    /// <returns>How many events the histories have.</returns>
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

    public async Task<RecoveryMeasurement> RestartAsync(string folder)
    {
        var arrivals = new Arrivals(Work.Waits ? Instances : 0);
        var meter = new ProcessMeter();
        await using var host = await NoOpHost.StartAsync(FileJournal.Open(folder), arrivals.Add);
        await arrivals.All;
        var measurement = new RecoveryMeasurement(meter.Elapsed.TotalSeconds, meter.ProcessorTime.TotalSeconds);
        var known = await host.Client.GetAllInstancesAsync().CountAsync();
        WrongAnswerException.ThrowUnless(known == Instances && host.RefusedInstances.Count == 0, $"{Name}: {known} instances are there after the restart.");
        return measurement;
    }

    /// <summary>After all measurements: an instance that was restarted so often still ends as it should.</summary>
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

/// <param name="Seconds">From opening the journal until the code of every unfinished instance has seen all its results again.</param>
internal sealed record RecoveryMeasurement(double Seconds, double ProcessorSeconds);

/// <summary>Counts instances that have come to where they wait. Thread safe.</summary>
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

    public Task All => _all.Task;

    public void Add()
    {
        if (Interlocked.Decrement(ref _missing) == 0)
        {
            _all.SetResult();
        }
    }
}
