using Orchestrator.Testing.Azurite;
using static Orchestrator.Storage.Tests.Blobs.AzuriteContainer;

namespace Orchestrator.Storage.Tests.Blobs;

[NeedsAzurite]
public sealed class BlobLogTests : IAsyncLifetime
{
    private static readonly ContentKey Key = ContentKey.Of("runs", "r1", "events-1.jsonl");

    private AzuriteContainer _container = null!;

    public async Task InitializeAsync() => _container = await NewAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [SuiteFact]
    public async Task Append_beyond_the_blocks_of_one_blob_continues_in_the_next()
    {
        var store = _container.Open(maxBlocks: 3);
        for (var i = 0; i < 8; i++)
        {
            Assert.Equal(2 * (i + 1), await store.AppendAsync(Key, Bytes($"{i}\n")));
        }

        Assert.Equal(
            [Key.Value, Key.Value + "~0002", Key.Value + "~0003"],
            await _container.Client.GetBlobsAsync().Select(blob => blob.Name).ToListAsync());
        Assert.Equal("0\n1\n2\n3\n4\n5\n6\n7\n", await TextAsync(store, Key));
        Assert.Equal([Key], await store.ListAsync(ContentPrefix.All).ToListAsync());
    }

    [SuiteTheory]
    [InlineData(0, "01234567")]
    [InlineData(2, "234567")]
    [InlineData(3, "34567")]
    [InlineData(6, "67")]
    [InlineData(8, "")]
    [InlineData(100, "")]
    public async Task ReadFrom_offset_reaches_across_blobs(long offset, string expected)
    {
        var store = _container.Open(maxBlocks: 3);
        for (var i = 0; i < 8; i++)
        {
            await store.AppendAsync(Key, Bytes($"{i}"));
        }

        var tail = await store.ReadFromAsync(Key, offset);

        Assert.Equal(expected, System.Text.Encoding.UTF8.GetString(tail!.Bytes.Span));
        Assert.Equal(8, tail.End);
    }

    [SuiteFact]
    public async Task Log_that_fills_its_last_blob_exactly_is_read_and_continued_by_another_process()
    {
        var first = _container.Open(maxBlocks: 3);
        for (var i = 0; i < 3; i++)
        {
            await first.AppendAsync(Key, Bytes($"{i}"));
        }

        Assert.Equal("012", await TextAsync(first, Key));
        Assert.Equal(3, await _container.Open(maxBlocks: 3).AppendAsync(Key, default));
        Assert.Equal(4, await _container.Open(maxBlocks: 3).AppendAsync(Key, Bytes("3")));
        Assert.Equal(5, await first.AppendAsync(Key, Bytes("4")));
        Assert.Equal("01234", await TextAsync(first, Key));
    }

    [SuiteFact]
    public async Task Append_by_several_processes_interleaves_nothing_and_rolls_once()
    {
        await Parallel.ForAsync(0, 4, async (process, token) =>
        {
            var store = _container.Open(maxBlocks: 3);
            for (var i = 0; i < 10; i++)
            {
                await store.AppendAsync(Key, Bytes($"{process}:{i}\n"), token);
            }
        });

        var lines = (await TextAsync(_container.Open(maxBlocks: 3), Key))!.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(40, lines.Length);
        foreach (var process in lines.Select(line => line.Split(':')).GroupBy(line => line[0]))
        {
            Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), process.Select(line => line[1]));
        }

        Assert.Equal(14, await _container.Client.GetBlobsAsync().CountAsync());
    }

    [SuiteFact]
    public async Task Append_whose_response_was_lost_is_stored_once()
    {
        var lost = LostAnswer.ToAppend();
        var store = _container.Open(faults: lost);

        Assert.Equal(4, await store.AppendAsync(Key, Bytes("one\n")));
        Assert.Equal(8, await store.AppendAsync(Key, Bytes("two\n")));

        Assert.True(lost.Happened);
        Assert.Equal("one\ntwo\n", await TextAsync(store, Key));
    }

    [SuiteFact]
    public async Task Append_of_the_same_bytes_by_another_process_is_not_taken_for_its_own()
    {
        var store = _container.Open();
        await store.AppendAsync(Key, Bytes("a\n"));
        await _container.Open().AppendAsync(Key, Bytes("same\n"));

        Assert.Equal(12, await store.AppendAsync(Key, Bytes("same\n")));
    }

    [SuiteFact]
    public async Task Delete_removes_all_blobs_of_a_log_and_the_next_append_starts_a_new_one()
    {
        var store = _container.Open(maxBlocks: 3);
        var other = ContentKey.Of("runs", "r2");
        for (var i = 0; i < 7; i++)
        {
            await store.AppendAsync(Key, Bytes("x"));
            await store.AppendAsync(other, Bytes("x"));
        }

        Assert.True(await store.DeleteAsync(Key));
        Assert.Equal(1, await store.DeleteAsync(ContentPrefix.Under("runs")));

        Assert.Empty(await _container.Client.GetBlobsAsync().ToListAsync());
        Assert.Equal(1, await store.AppendAsync(Key, Bytes("y")));
        Assert.Equal("y", await TextAsync(store, Key));
    }

    [SuiteFact]
    public async Task Append_after_another_process_deleted_the_log_starts_a_new_one()
    {
        var store = _container.Open();
        await store.AppendAsync(Key, Bytes("old"));
        await _container.Open().DeleteAsync(Key);

        Assert.Equal(3, await store.AppendAsync(Key, Bytes("new")));
    }

    [SuiteFact]
    public async Task Append_to_a_value_is_refused()
    {
        var store = _container.Open();
        await store.PutAsync(Key, Bytes("whole"));

        var error = await Assert.ThrowsAsync<ContentStoreException>(() => store.AppendAsync(Key, Bytes("x")));

        Assert.Equal($"Cannot append to '{Key}': it was written whole. Choose another key.", error.Message);
    }
}
