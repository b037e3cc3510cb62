using Microsoft.DurableTask;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>The records of a turn are one write, of which a crash may leave the first ones. The code then decides as it did before.</summary>
public sealed class TornTurnTests
{
    private static readonly JournalId Id = new("i", 0);

    [Fact]
    public async Task Next_host_adds_the_records_that_are_missing_after_any_of_them()
    {
        var whole = new JournalDouble(new MemoryJournal());
        await using (var host = await StartAsync(whole))
        {
            await host.RunAsync("o", instanceId: Id.InstanceId);
        }

        var records = await whole.ReadAsync(Id).Select(record => record.ToArray()).ToListAsync();
        Assert.InRange(whole.Writes, 2, records.Count - 5);
        for (var kept = 1; kept < records.Count; kept++)
        {
            var journal = new MemoryJournal();
            await journal.AppendAsync(Id, 0, records.Take(kept).Select(record => (ReadOnlyMemory<byte>)record).ToList());
            await using var host = await StartAsync(journal);
            Assert.Equal("\"a b self\"", (await host.EndOfAsync(Id.InstanceId)).SerializedOutput);
            var again = await journal.ReadAsync(Id).Select(record => record.ToArray()).ToListAsync();
            Assert.Equal(Decisions(records), Decisions(again));
        }
    }

    /// <summary>
    /// The records without their times, which depend on the clock, and of the custom statuses the last: a replay records the one after the last event
    /// only.
    /// </summary>
    private static List<string> Decisions(List<byte[]> records)
    {
        var events = records.Select(record => HistoryEventReader.Read(record) with { Time = default }).ToList();
        var status = events.OfType<CustomStatusSet>().Last();
        return
        [
            .. events.Where(e => e is not CustomStatusSet).Append(status).Select(e => e switch
            {
                ExecutionStarted started => $"{started with { CreatedAt = default }}",
                TimerCreated timer => $"{timer with { FireAt = default }}",
                _ => $"{e}",
            }),
        ];
    }

    private static Task<LocalDurableHost> StartAsync(IJournal journal) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = journal;
        b.AddActivity<string, string>("echo", (TaskActivityContext _, string text) => text);
        b.AddOrchestrator("child", async (TaskOrchestrationContext c) => await c.CallActivityAsync<string>("echo", "b"));
        b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
        {
            c.SetCustomStatus("begun");
            var a = await c.CallActivityAsync<string>("echo", "a");
            c.SetCustomStatus("timer");
            await c.CreateTimer(c.CurrentUtcDateTime, CancellationToken.None);
            c.SetCustomStatus("child");
            var b = await c.CallSubOrchestratorAsync<string>("child", options: new SubOrchestrationOptions(instanceId: "child"));
            using var unused = new CancellationTokenSource();
            var cancelled = c.CreateTimer(TimeSpan.FromDays(1), unused.Token);
            c.SendEvent(c.InstanceId, "self", "self");
            var self = await c.WaitForExternalEvent<string>("self");
            unused.Cancel();
            c.SetCustomStatus("last");
            return $"{a} {b} {self}";
        });
    });
}
