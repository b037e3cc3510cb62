using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>Continuing instances that another process left, when one cannot be read, or is requested while no process drives it.</summary>
[Trait("Trust", "12")]
public sealed class TakeOverTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Instance_that_could_not_be_read_when_it_was_to_go_on_is_free_and_found_again()
    {
        await LeaveAsync("a");
        using var gone = new CancellationTokenSource();
        var cancels = true;
        var journal = new SharedJournalDouble(FileJournal.Open(_folder.Path)) { Listed = _ => cancels ? gone.CancelAsync() : Task.CompletedTask };
        cancels = false;
        await using var host = await StartAsync(journal, (_, _) => Task.FromResult(false));
        cancels = true;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.RecoverInstanceAsync("a", gone.Token));
        cancels = false;

        Assert.Null(journal.FindHolder("a"));
        Assert.Equal(["a"], journal.ListOpen());
        Assert.Null(await host.RecoverInstanceAsync("a"));
        Assert.Equal(["a"], host.Driven);
    }

    [Theory]
    [InlineData("a", "b")]
    [InlineData("b", "a")]
    public async Task Instance_that_cannot_be_judged_does_not_keep_another_from_going_on(string bad, string good)
    {
        // The file system determines the order in which they are read.
        await LeaveAsync("a", "b");
        var starts = true;
        await using var host = await StartAsync(
            FileJournal.Open(_folder.Path),
            (id, _) => starts ? Task.FromResult(false) : id == bad ? throw new InvalidDataException("The record is damaged.") : Task.FromResult(true),
            takeover: TimeSpan.FromSeconds(1));
        starts = false;

        Assert.Equal("done", await EndAsync(host, good).WaitAsync(HostExtensions.Patience));
        Assert.DoesNotContain(bad, host.Driven);
    }

    [Fact]
    public async Task Instance_whose_lock_could_not_be_noted_is_found_again()
    {
        await LeaveAsync("a");
        var obstacle = Directory.CreateDirectory(Assert.Single(Directory.GetFiles(_folder.Combine("held"))) + ".tmp");
        await using var journal = FileJournal.Open(_folder.Path);

        await Assert.ThrowsAsync<JournalException>(() => journal.HoldAsync("a"));
        Assert.Equal(["a"], journal.ListOpen());

        obstacle.Delete();
        using var hold = await journal.HoldAsync("a");
        Assert.NotNull(hold);
        Assert.NotNull(journal.FindHolder("a"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Message_that_waits_for_an_instance_reads_its_history_once_a_minute(bool isDamaged)
    {
        await LeaveAsync("a");
        var time = new SteppedTimeProvider();
        var reads = 0;
        var journal = new SharedJournalDouble(FileJournal.Open(_folder.Path, time)) { Reading = _ => Interlocked.Increment(ref reads) };
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Journal = journal;
            b.TimeProvider = time;
            b.Options.Recovers = (_, _) => Task.FromResult(false);
        });
        await host.Client.RaiseEventAsync("a", "Go", "done").WaitAsync(HostExtensions.Patience);
        if (isDamaged)
        {
            var history = Assert.Single(Directory.GetFiles(_folder.Combine("instances"), "*.jsonl"));
            var bytes = await File.ReadAllBytesAsync(history);
            bytes[bytes.Length / 2] ^= 1;
            await File.WriteAllBytesAsync(history, bytes);
        }

        await time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        var before = Volatile.Read(ref reads);

        for (var second = 0; second < 50; second++)
        {
            await time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        await time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        Assert.InRange(Volatile.Read(ref reads) - before, 0, 1);
        Assert.Single(Directory.GetFiles(_folder.Combine("inbox")));
    }

    private static async Task<string?> EndAsync(LocalDurableHost host, string id)
    {
        await host.Client.RaiseEventAsync(id, "Go", "done");
        return (await host.EndOfAsync(id)).ReadOutputAs<string>();
    }

    private async Task LeaveAsync(params string[] ids)
    {
        await using var first = await StartAsync(FileJournal.Open(_folder.Path), null);
        foreach (var id in ids)
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("Wait", new StartOrchestrationOptions(id));
            await first.Client.WaitForInstanceStartAsync(id).WaitAsync(HostExtensions.Patience);
        }
    }

    private static Task<LocalDurableHost> StartAsync(
        IJournal journal, Func<string, CancellationToken, Task<bool>>? recovers, TimeSpan? takeover = null) =>
        LocalDurableHost.StartAsync(b =>
        {
            b.Journal = journal;
            b.Options.Recovers = recovers;
            b.Options.TakeoverInterval = takeover;
            b.AddOrchestrator("Wait", async (TaskOrchestrationContext context) => await context.WaitForExternalEvent<string>("Go"));
        });
}
