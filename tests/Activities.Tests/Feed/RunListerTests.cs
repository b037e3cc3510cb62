using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Feed;

/// <summary>What listing costs: reads that a page needs, however many runs there are.</summary>
public class RunListerTests
{
    private const int Runs = 3_000;

    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Page_reads_no_more_than_a_record_and_with_a_filter_an_entry_for_each_run_it_shows()
    {
        var (store, lister) = await FilledAsync();
        store.Reads = 0;
        var page = await lister.ListAsync(new RunFilter(), CancellationToken.None);
        Assert.Equal((50, $"r{Runs - 1}"), (page.Runs.Count, page.Runs[0].RunId));
        Assert.Equal(50, store.Reads);

        store.Reads = 0;
        page = await lister.ListAsync(new RunFilter { Workflow = "try" }, CancellationToken.None);
        Assert.Equal(50, page.Runs.Count);
        Assert.Equal(100, store.Reads);
    }

    [Fact]
    public async Task Records_of_a_page_are_read_at_the_same_time_and_listed_in_order()
    {
        var (store, lister) = await FilledAsync();
        var (waiting, most, full) = (0, 0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        store.BeforeRead = async () =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref waiting));
            if (Volatile.Read(ref most) == RunLister.ReadAtOnce)
            {
                full.TrySetResult();
            }

            // Only reads at the same time can get past the first.
            await full.Task;
            Interlocked.Decrement(ref waiting);
        };

        var page = await lister.ListAsync(new RunFilter(), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(Enumerable.Range(1, 50).Select(number => $"r{Runs - number}"), page.Runs.Select(run => run.RunId));
        Assert.Equal(RunLister.ReadAtOnce, most);
    }

    [Fact]
    public async Task Run_whose_record_cannot_be_read_has_what_its_entry_says()
    {
        var (store, lister) = await FilledAsync();
        await store.PutAsync(ContentKey.Of("runs", $"r{Runs - 2}", "run.json"), "{"u8.ToArray());
        store.Reads = 0;

        var page = await lister.ListAsync(new RunFilter { Top = 3 }, CancellationToken.None);

        Assert.Equal([null, "damaged", null], page.Runs.Select(run => run.Unreadable));
        Assert.Equal(["try", "try", "try"], page.Runs.Select(run => run.Workflow));
        Assert.Equal(4, store.Reads);
    }

    [Fact]
    public async Task Page_of_a_filter_that_fits_nothing_stops_after_so_many_entries_and_can_be_continued()
    {
        var (store, lister) = await FilledAsync();
        store.Reads = 0;
        var filter = new RunFilter { Statuses = [RunStatus.Cancelled] };
        var page = await lister.ListAsync(filter, CancellationToken.None);
        Assert.Equal((0, RunLister.MaxEntries), (page.Runs.Count, store.Reads));
        var pages = 1;
        while (page.ContinuationToken is not null)
        {
            page = await lister.ListAsync(filter with { ContinuationToken = page.ContinuationToken }, CancellationToken.None);
            pages++;
        }

        Assert.Equal(
            (Runs / RunLister.MaxEntries, 2),
            (pages, (await lister.ListAsync(filter with { Statuses = [RunStatus.Failed], Top = 2 }, CancellationToken.None)).Runs.Count));
    }

    [Fact]
    public async Task Times_are_found_without_reading_other_runs()
    {
        var (store, lister) = await FilledAsync();
        store.Reads = 0;
        var page = await lister.ListAsync(new RunFilter { From = Start.AddSeconds(10), To = Start.AddSeconds(13) }, CancellationToken.None);
        Assert.Equal(["r12", "r11", "r10"], page.Runs.Select(run => run.RunId));
        Assert.Equal(3, store.Reads);
    }

    [Fact]
    public async Task Page_over_a_slow_store_ends_early_and_the_next_one_continues()
    {
        var time = new SteppedTimeProvider();
        var (_, lister) = await FilledAsync(time);
        var shown = new List<string>();
        var page = await ListAsync(null);
        Assert.Equal(3, page.Runs.Count);
        shown.AddRange(page.Runs.Select(run => run.RunId));
        page = await ListAsync(page.ContinuationToken);
        shown.AddRange(page.Runs.Select(run => run.RunId));

        Assert.Equal(Enumerable.Range(1, 6).Select(number => $"r{Runs - number}"), shown);

        Task<RunPage> ListAsync(string? token) => lister.ListAsync(
            new RunFilter { ContinuationToken = token },
            record =>
            {
                time.Advance(RunLister.PageTime / 2.5);
                return Task.FromResult(record);
            },
            CancellationToken.None);
    }

    private static void InterlockedMax(ref int most, int now)
    {
        while (Volatile.Read(ref most) is var before && now > before)
        {
            Interlocked.CompareExchange(ref most, now, before);
        }
    }

    /// <summary>Every tenth run failed, the others completed; three apps in turn.</summary>
    private static async Task<(CountingStore Store, RunLister Lister)> FilledAsync(TimeProvider? time = null)
    {
        var store = new CountingStore();
        var runs = new RunStore(store, new RunLogStore(store));
        for (var number = 0; number < Runs; number++)
        {
            var record = new RunRecord
            {
                RunId = $"r{number}",
                Workflow = "try",
                App = (number % 3) switch { 0 => null, 1 => "one", _ => "App, two" },
                DefinitionHash = "x",
                CreatedAt = Start.AddSeconds(number),
                Status = number % 10 == 0 ? RunStatus.Failed : RunStatus.Completed,
            };
            await runs.CreateAsync(record, CancellationToken.None);
            await runs.AddToIndexAsync(record, CancellationToken.None);
        }

        return (store, new RunLister(store, runs, time ?? TimeProvider.System));
    }
}
