using System.Collections.Concurrent;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>
/// Runs a scenario once for every durable record: the process is killed after it, another continues. The outcome must be the same, and no activity
/// whose end is durable may run again.
/// </summary>
internal sealed class CrashSweep
{
    /// <summary>Adds the functions. Each activity notes its calls as <c>name("input")</c>.</summary>
    public required Action<LocalDurableHostBuilder, ConcurrentDictionary<string, int>> Register { get; init; }

    /// <summary>
    /// The client's requests in order. After the crash it continues with the first request without an answer: that one may have been carried out or
    /// not.
    /// </summary>
    public required Func<LocalDurableHost, Task>[] Script { get; init; }

    /// <summary>Checks the second host before the script continues; gets the number of its steps with an answer.</summary>
    public Func<LocalDurableHost, int, Task> OnRestart { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>The outcome, when the script has ended.</summary>
    public required Func<LocalDurableHost, Task<string?>> Outcome { get; init; }

    public required string Expected { get; init; }

    /// <summary>The instances that have a history at the end.</summary>
    public required string[] Instances { get; init; }

    /// <returns>How many crashes there were.</returns>
    public async Task<int> RunAsync()
    {
        var whole = new JournalDouble(new MemoryJournal());
        var ran = new ConcurrentDictionary<string, int>();
        Assert.Equal(Expected, await FinishAsync(whole, ran, confirmed: 0));
        Assert.All(ran, once => Assert.Equal(1, once.Value));
        for (var k = 0; k < whole.Records; k++)
        {
            await CrashAfterAsync(k);
        }

        return whole.Records;
    }

    private async Task CrashAfterAsync(int k)
    {
        var memory = new MemoryJournal();
        var confirmed = await StartAndCrashAsync(new JournalDouble(memory) { CrashAfter = k });
        var finished = await FinishedActivitiesAsync(memory);
        var ran = new ConcurrentDictionary<string, int>();
        var result = await FinishAsync(memory, ran, confirmed);
        Assert.True(Expected == result, $"After a crash behind record {k}: {result}");
        Assert.True(
            !ran.Keys.Intersect(finished).Any(),
            $"After a crash behind record {k} these ran again: {string.Join(", ", ran.Keys.Intersect(finished))}");
        Assert.Equal(Instances, await memory.ListAsync().Select(id => id.InstanceId).Order(StringComparer.Ordinal).ToListAsync());
    }

    private async Task<int> StartAndCrashAsync(JournalDouble journal)
    {
        var time = new SteppedTimeProvider();
        await using var host = await StartAsync(journal, time, new ConcurrentDictionary<string, int>());
        for (var confirmed = 0; ; confirmed++)
        {
            // A run with another timing may need fewer records, since one turn may handle two events.
            var step = confirmed < Script.Length ? Script[confirmed](host) : journal.Crashed.WaitAsync(HostExtensions.Patience);
            await DriveAsync(time, Task.WhenAny(step, journal.Crashed));
            if (!step.IsCompletedSuccessfully || confirmed == Script.Length)
            {
                _ = step.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
                return confirmed;
            }
        }
    }

    private async Task<string?> FinishAsync(IJournal journal, ConcurrentDictionary<string, int> ran, int confirmed)
    {
        var time = new SteppedTimeProvider(new DateTimeOffset(2031, 1, 1, 0, 0, 0, TimeSpan.Zero));
        await using var host = await StartAsync(journal, time, ran);
        await OnRestart(host, confirmed);
        foreach (var step in Script.Skip(confirmed))
        {
            await DriveAsync(time, step(host));
        }

        return await Outcome(host);
    }

    private static async Task DriveAsync(SteppedTimeProvider time, Task until)
    {
        while (!until.IsCompleted)
        {
            await Task.WhenAny(until, time.WhenTimersAsync()).WaitAsync(HostExtensions.Patience);
            time.AdvanceToNextTimer();
        }

        await until;
    }

    private static async Task<HashSet<string>> FinishedActivitiesAsync(MemoryJournal journal)
    {
        var finished = new HashSet<string>();
        await foreach (var id in journal.ListAsync())
        {
            var scheduled = new Dictionary<int, string>();
            await foreach (var record in journal.ReadAsync(id))
            {
                switch (HistoryEventReader.Read(record.Span))
                {
                    case TaskScheduled call:
                        scheduled.Add(call.Id, $"{call.Name}({call.Input})");
                        break;
                    case TaskCompleted done:
                        finished.Add(scheduled[done.Id]);
                        break;
                }
            }
        }

        return finished;
    }

    private Task<LocalDurableHost> StartAsync(IJournal journal, TimeProvider time, ConcurrentDictionary<string, int> ran) =>
        LocalDurableHost.StartAsync(b =>
        {
            b.Journal = journal;
            b.TimeProvider = time;
            Register(b, ran);
        });
}
