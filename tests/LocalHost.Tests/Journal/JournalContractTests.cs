using System.Text;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.LocalHost.Tests.Journal;

/// <summary>The contract of every journal; one derived class for each implementation.</summary>
public abstract class JournalContractTests : IAsyncLifetime
{
    private IJournal _journal = null!;

    protected abstract Task<IJournal> OpenAsync();

    public async Task InitializeAsync() => _journal = await OpenAsync();

    public virtual async Task DisposeAsync() => await _journal.DisposeAsync();

    [SuiteFact]
    public async Task Append_then_read_gives_the_records_in_order()
    {
        await AppendAsync(Id("a"), 0, "{\"x\":1}");
        await AppendAsync(Id("a"), 1, "{\"x\":2}");
        Assert.Equal(["{\"x\":1}", "{\"x\":2}"], await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public async Task Append_pipelined_without_waiting_keeps_order()
    {
        var durable = new List<Task>();
        for (var i = 0; i < 1_000; i++)
        {
            durable.Add(AppendAsync(Id("a"), i, $"{{\"i\":{i}}}"));
        }

        await Task.WhenAll(durable);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => $"{{\"i\":{i}}}"), await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public async Task Append_copies_the_record_before_it_returns()
    {
        var bytes = "{\"x\":1}"u8.ToArray();
        var durable = _journal.AppendAsync(Id("a"), 0, bytes);
        Array.Clear(bytes);
        await durable;
        Assert.Equal(["{\"x\":1}"], await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public async Task Append_of_several_records_keeps_their_order_and_copies_them()
    {
        await AppendAsync(Id("a"), 0, "0");
        List<ReadOnlyMemory<byte>> records = ["1"u8.ToArray(), "2"u8.ToArray(), "3"u8.ToArray()];
        var durable = _journal.AppendAsync(Id("a"), 1, records);
        var next = AppendAsync(Id("a"), 4, "4");
        records.Clear();
        await durable;
        await next;
        Assert.Equal(["0", "1", "2", "3", "4"], await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public async Task Append_of_several_records_creates_a_history()
    {
        await _journal.AppendAsync(Id("a"), 0, ["0"u8.ToArray(), "1"u8.ToArray()]);
        Assert.Equal(["0", "1"], await ReadAsync(Id("a")));
    }

    /// <summary>The second record would have the right position.</summary>
    [SuiteFact]
    public async Task Append_of_several_records_at_another_position_appends_none_of_them()
    {
        await AppendAsync(Id("a"), 0, "0");
        var conflict = await Assert.ThrowsAsync<JournalConflictException>(
            () => _journal.AppendAsync(Id("a"), 0, ["1"u8.ToArray(), "2"u8.ToArray()]));
        Assert.Equal((0, 1), ((int)conflict.Expected, (int)conflict.Actual));
        Assert.Equal(["0"], await ReadAsync(Id("a")));
        await AppendAsync(Id("a"), 1, "1");
    }

    [SuiteFact]
    public async Task Append_of_several_records_is_refused_when_one_of_them_is_not_valid_or_there_is_none()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => _journal.AppendAsync(Id("a"), 0, ["1"u8.ToArray(), "\n"u8.ToArray()]));
        await Assert.ThrowsAsync<ArgumentException>(() => _journal.AppendAsync(Id("a"), 0, new List<ReadOnlyMemory<byte>>()));
        Assert.Empty(await ReadAsync(Id("a")));
    }

    [SuiteTheory]
    [InlineData(0, 1)]
    [InlineData(2, 1)]
    [InlineData(1, 0)]
    public async Task Append_at_another_position_is_refused_and_appends_nothing(int position, int there)
    {
        for (var i = 0; i < there; i++)
        {
            await AppendAsync(Id("a"), i, "1");
        }

        var conflict = await Assert.ThrowsAsync<JournalConflictException>(() => AppendAsync(Id("a"), position, "2"));
        Assert.Equal((position, there), ((int)conflict.Expected, (int)conflict.Actual));
        Assert.Equal(there, (await ReadAsync(Id("a"))).Count);
        await AppendAsync(Id("a"), there, "3");
    }

    [SuiteFact]
    public async Task Append_by_racing_writers_succeeds_once_per_position()
    {
        var wins = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => Task.Run(async () =>
        {
            try
            {
                await AppendAsync(Id("a"), 0, "1");
                return 1;
            }
            catch (JournalConflictException)
            {
                return 0;
            }
        })));
        Assert.Equal(1, wins.Sum());
        Assert.Single(await ReadAsync(Id("a")));
    }

    [SuiteTheory]
    [InlineData("")]
    [InlineData("{\n}")]
    public async Task Append_of_a_record_with_a_line_break_or_without_bytes_is_refused(string record) =>
        await Assert.ThrowsAsync<ArgumentException>(() => AppendAsync(Id("a"), 0, record));

    [SuiteFact]
    public async Task Read_of_an_unknown_history_is_empty() => Assert.Empty(await ReadAsync(Id("nobody")));

    [SuiteFact]
    public async Task Generations_of_one_instance_are_different_histories()
    {
        await AppendAsync(new JournalId("a", 0), 0, "0");
        await AppendAsync(new JournalId("a", 1), 0, "1");
        Assert.Equal(["0"], await ReadAsync(new JournalId("a", 0)));
        Assert.Equal(["1"], await ReadAsync(new JournalId("a", 1)));
    }

    [SuiteTheory]
    [InlineData("run-1.2")]
    [InlineData("../../etc/passwd")]
    [InlineData("a/b\\c:d*e?f|g<h>\"i\"")]
    [InlineData("Ünïcödé 走 🦊")]
    [InlineData("CON")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a~0.jsonl")]
    [InlineData("+=%2e")]
    public async Task Any_id_is_listed_unchanged(string instanceId)
    {
        await AppendAsync(Id(instanceId), 0, "1");
        Assert.Equal([Id(instanceId)], await ListAsync());
        Assert.Single(await ReadAsync(Id(instanceId)));
    }

    [SuiteFact]
    public async Task Ids_that_differ_only_in_case_or_near_their_end_are_different_histories()
    {
        var stem = new string('x', 400);
        JournalId[] ids = [Id("Order"), Id("order"), Id(stem + "1"), Id(stem + "2")];
        foreach (var id in ids)
        {
            await AppendAsync(id, 0, $"\"{id.InstanceId[^1]}\"");
        }

        Assert.Equal(ids.ToHashSet(), (await ListAsync()).ToHashSet());
        Assert.Equal(["\"2\""], await ReadAsync(ids[3]));
    }

    [SuiteFact]
    public async Task Delete_removes_a_history_and_its_id_can_be_used_again()
    {
        await AppendAsync(Id("a"), 0, "1");
        await _journal.DeleteAsync(Id("a"));
        Assert.Empty(await ReadAsync(Id("a")));
        Assert.Empty(await ListAsync());
        await AppendAsync(Id("a"), 0, "2");
        Assert.Equal(["2"], await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public async Task Delete_of_an_unknown_history_is_no_error() => await _journal.DeleteAsync(Id("nobody"));

    [SuiteFact]
    public async Task Reopened_journal_has_every_confirmed_record_and_accepts_the_next()
    {
        var large = $"\"{new string('x', 200_000)}\"";
        await AppendAsync(Id("a"), 0, "1");
        await AppendAsync(Id("a"), 1, large);
        await _journal.DisposeAsync();
        _journal = await OpenAsync();
        await AppendAsync(Id("a"), 2, "3");
        Assert.Equal(["1", large, "3"], await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public async Task Reopened_journal_refuses_a_stale_position_and_accepts_the_right_one()
    {
        await AppendAsync(Id("a"), 0, "1");
        await AppendAsync(Id("a"), 1, "2");
        foreach (var stale in (int[])[0, 1, 3])
        {
            await _journal.DisposeAsync();
            _journal = await OpenAsync();
            var conflict = await Assert.ThrowsAsync<JournalConflictException>(() => AppendAsync(Id("a"), stale, "x"));
            Assert.Equal((stale, 2), ((int)conflict.Expected, (int)conflict.Actual));
        }

        await AppendAsync(Id("a"), 2, "3");
        Assert.Equal(["1", "2", "3"], await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public async Task Reopened_journal_refuses_a_stale_pipeline_and_accepts_the_right_position_after_it()
    {
        await AppendAsync(Id("a"), 0, "1");
        await AppendAsync(Id("a"), 1, "2");
        await _journal.DisposeAsync();
        _journal = await OpenAsync();
        foreach (var stale in Enumerable.Range(0, 2).Select(i => AppendAsync(Id("a"), i, "x")).ToArray())
        {
            await Assert.ThrowsAsync<JournalConflictException>(() => stale);
        }

        await AppendAsync(Id("a"), 2, "3");
        Assert.Equal(["1", "2", "3"], await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public async Task Durable_append_has_only_durable_ones_before_it()
    {
        var durable = Enumerable.Range(0, 500).Select(i => AppendAsync(Id("a"), i, $"{i}")).ToArray();
        for (var i = durable.Length - 1; i >= 0; i -= 50)
        {
            await durable[i];
            Assert.All(durable[..i], earlier => Assert.True(earlier.IsCompletedSuccessfully));
        }
    }

    [SuiteFact]
    public async Task Append_at_a_stale_position_in_a_pipeline_does_not_affect_the_others()
    {
        var first = AppendAsync(Id("a"), 0, "1");
        var second = AppendAsync(Id("a"), 1, "2");
        var stale = AppendAsync(Id("a"), 1, "x");
        var third = AppendAsync(Id("a"), 2, "3");
        await Assert.ThrowsAsync<JournalConflictException>(() => stale);
        await Task.WhenAll(first, second, third);
        Assert.Equal(["1", "2", "3"], await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public async Task Many_histories_are_written_at_the_same_time()
    {
        await Task.WhenAll(Enumerable.Range(0, 100).SelectMany(id => Enumerable.Range(0, 5).Select(i => AppendAsync(Id($"i{id}"), i, $"{i}"))));
        Assert.Equal(100, (await ListAsync()).Count);
        Assert.All(
            await Task.WhenAll(Enumerable.Range(0, 100).Select(id => ReadAsync(Id($"i{id}")))),
            records => Assert.Equal(["0", "1", "2", "3", "4"], records));
    }

    [SuiteFact]
    public async Task Records_of_several_megabytes_come_back_whole()
    {
        var records = Enumerable.Range(3, 4).Select(megabytes => $"\"{new string((char)('a' + megabytes), megabytes * 1024 * 1024)}\"").ToArray();
        await Task.WhenAll(records.Select((record, i) => AppendAsync(Id("a"), i, record)));
        Assert.Equal(records, await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public async Task Several_large_records_of_one_append_come_back_whole()
    {
        var records = Enumerable.Range(0, 5).Select(at => $"\"{new string((char)('a' + at), 600 * 1024)}\"").ToArray();
        await _journal.AppendAsync(Id("a"), 0, records.Select(record => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(record)).ToList());
        Assert.Equal(records, await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public async Task Deleted_history_stays_deleted_when_the_journal_is_opened_again()
    {
        await AppendAsync(Id("a"), 0, "1");
        await AppendAsync(Id("b"), 0, "1");
        await _journal.DeleteAsync(Id("a"));
        await _journal.DisposeAsync();
        _journal = await OpenAsync();
        Assert.Equal([Id("b")], await ListAsync());
        await Assert.ThrowsAsync<JournalConflictException>(() => AppendAsync(Id("a"), 1, "2"));
        await AppendAsync(Id("a"), 0, "again");
        Assert.Equal(["again"], await ReadAsync(Id("a")));
    }

    [SuiteFact]
    public void Open_journal_is_not_lost() => Assert.False(_journal.Lost.IsCompleted);

    protected static JournalId Id(string instanceId) => new(instanceId, 0);

    protected Task AppendAsync(JournalId id, long position, string record) => _journal.AppendAsync(id, position, Encoding.UTF8.GetBytes(record));

    protected async Task<List<string>> ReadAsync(JournalId id)
    {
        var records = new List<string>();
        await foreach (var record in _journal.ReadAsync(id))
        {
            records.Add(Encoding.UTF8.GetString(record.Span));
        }

        return records;
    }

    private async Task<List<JournalId>> ListAsync()
    {
        var ids = new List<JournalId>();
        await foreach (var id in _journal.ListAsync())
        {
            ids.Add(id);
        }

        return ids;
    }
}
