using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Journal;

public sealed class FileJournalTests : JournalContractTests
{
    private readonly TempFolder _folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override Task<IJournal> OpenAsync() => Task.FromResult<IJournal>(FileJournal.Open(_folder.Path));

    [Fact]
    public async Task Instance_belongs_to_one_journal_at_a_time_and_its_holder_is_named()
    {
        await using var first = FileJournal.Open(_folder.Combine("shared"));
        await using var second = FileJournal.Open(_folder.Combine("shared"));
        var hold = await first.HoldAsync("a");

        Assert.True(hold!.IsFirst);
        Assert.Null(await second.HoldAsync("a"));
        Assert.StartsWith(
            $"process {Environment.ProcessId} on host '{Environment.MachineName}' since ", second.FindHolder("a")?.ToString(),
            StringComparison.Ordinal);
        Assert.Equal(second.FindHolder("a"), FileJournal.FindHolder(_folder.Combine("shared"), "a"));
        Assert.NotNull(await second.HoldAsync("b"));
        hold.Dispose();
        Assert.Null(second.FindHolder("a"));
        Assert.False((await second.HoldAsync("a"))!.IsFirst);
    }

    [Fact]
    public async Task Released_instance_that_ended_leaves_no_lock_file_and_is_not_taken_for_a_new_one()
    {
        await using var journal = FileJournal.Open(_folder.Combine("shared"));
        var hold = await journal.HoldAsync("a");
        var id = new JournalId("a", 0);
        await journal.AppendAsync(id, 0, "1"u8.ToArray());
        await journal.PutExtractAsync(id, ["1"u8.ToArray()]);

        hold!.Dispose();

        Assert.Equal(
            [_folder.Combine("shared/instances/a~0.end"), _folder.Combine("shared/instances/a~0.jsonl")],
            Directory.EnumerateFileSystemEntries(_folder.Combine("shared/instances")).Order(StringComparer.Ordinal));
        Assert.False((await journal.HoldAsync("a"))!.IsFirst);
    }

    /// <summary>A continued execution: the history of the first generation is deleted, in the background.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Released_instance_of_a_later_generation_is_not_taken_for_a_new_one(bool isDeletedLater)
    {
        await using var journal = FileJournal.Open(_folder.Combine("shared"));
        var hold = await journal.HoldAsync("a");
        var first = new JournalId("a", 0);
        await journal.AppendAsync(first, 0, "1"u8.ToArray());
        await journal.PutExtractAsync(first, ["1"u8.ToArray()]);
        await journal.AppendAsync(new JournalId("a", 1), 0, "1"u8.ToArray());
        await (isDeletedLater ? Task.CompletedTask : journal.DeleteAsync(first));

        hold!.Dispose();
        await journal.DeleteAsync(first);

        Assert.False((await journal.HoldAsync("a"))!.IsFirst);
    }

    [Fact]
    public async Task Closed_journal_releases_all_instances()
    {
        await using var second = FileJournal.Open(_folder.Combine("shared"));
        await using (var first = FileJournal.Open(_folder.Combine("shared")))
        {
            await first.HoldAsync("a");
        }

        Assert.NotNull(await second.HoldAsync("a"));
    }

    [Fact]
    public async Task Deleted_hold_leaves_no_file()
    {
        await using var journal = FileJournal.Open(_folder.Combine("shared"));
        var hold = await journal.HoldAsync("a");
        hold!.DisposeAndDelete();
        hold.Dispose();

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Combine("shared/instances")));
        Assert.True((await journal.HoldAsync("a"))!.IsFirst);
    }

    [Fact]
    public async Task Instance_that_is_deleted_repeatedly_has_one_holder_at_a_time()
    {
        await using var journal = FileJournal.Open(_folder.Combine("shared"));
        var (inside, most) = (0, 0);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
            {
                if (await journal.HoldAsync("a") is { } hold)
                {
                    most = Math.Max(most, Interlocked.Increment(ref inside));
                    Interlocked.Decrement(ref inside);
                    hold.DisposeAndDelete();
                }
            }
        })));

        Assert.Equal(1, most);
    }

    [Theory]
    [InlineData("""{"pid":7,"host":"elsewhere","since":"2030-01-01T00:00:00Z"}""")]
    [InlineData("garbage")]
    [InlineData("")]
    public async Task Note_of_an_ended_process_is_ignored(string note)
    {
        await using var journal = FileJournal.Open(_folder.Combine("shared"));
        await File.WriteAllTextAsync(_folder.Combine("shared/instances/a.lock"), "");
        await File.WriteAllTextAsync(_folder.Combine("shared/held/a.owner"), note);

        Assert.Null(journal.FindHolder("a"));
        Assert.NotNull(await journal.HoldAsync("a"));
    }

    [Fact]
    public async Task History_that_another_process_is_writing_is_read_to_its_last_complete_record_and_not_changed()
    {
        await using var journal = FileJournal.Open(_folder.Combine("shared"));
        await journal.AppendAsync(Id("a"), 0, "1"u8.ToArray());
        var file = _folder.Combine("shared/instances/a~0.jsonl");
        await File.AppendAllTextAsync(file, """{"v":1,"n":2,"crc":"9ae0""");
        var before = await File.ReadAllBytesAsync(file);

        await using var reader = FileJournal.Open(_folder.Combine("shared"));
        var records = 0;
        await foreach (var _ in reader.ReadAsync(Id("a")))
        {
            records++;
        }

        Assert.Equal(1, records);
        Assert.Equal(before, await File.ReadAllBytesAsync(file));
    }

    [Fact]
    public async Task Messages_are_received_in_order_until_they_are_deleted_and_incomplete_ones_are_ignored()
    {
        await using var journal = FileJournal.Open(_folder.Combine("shared"));
        await journal.SendAsync("a", "1"u8.ToArray());
        await journal.SendAsync("B/b", "2"u8.ToArray());
        await File.WriteAllTextAsync(_folder.Combine("shared/inbox/0.message"), """{"v":1,"n":0,""");

        var seen = new List<string>();
        await foreach (var message in journal.ReceiveAsync())
        {
            seen.Add($"{message.InstanceId}={System.Text.Encoding.UTF8.GetString(message.Body.Span)}");
            if (seen.Count > 2)
            {
                // Messages that were not deleted are returned again.
                journal.Delete(message);
                break;
            }
        }

        Assert.Equal(["a=1", "B/b=2", "a=1"], seen);
        Assert.Equal(2, Directory.GetFiles(_folder.Combine("shared/inbox")).Length);
    }
}
