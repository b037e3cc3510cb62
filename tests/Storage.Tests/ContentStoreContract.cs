using System.Text;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Storage.Tests;

/// <summary>What every store must do, whatever it keeps its values in. A store passes by deriving from this and from the concurrency suite.</summary>
public abstract class ContentStoreContract
{
    protected static readonly ContentKey Key = ContentKey.Of("runs", "r1", "run.json");

    protected abstract IContentStore Store { get; }

    /// <summary>Whether the store finds a folder in the place of a value, or a value in the place of a folder, and refuses to read it.</summary>
    protected virtual bool SeesFolders => false;

    [SuiteFact]
    public async Task Get_absent_key_is_null()
    {
        Assert.Null(await Store.GetAsync(Key));
        Assert.Null(await Store.ReadFromAsync(Key, 0));
    }

    [SuiteFact]
    public async Task Get_folder_of_other_keys_gives_no_value()
    {
        await Store.PutAsync(Key, Bytes("x"));

        await AssertNoValueAsync(ContentKey.Of("runs", "r1"));
    }

    [SuiteFact]
    public async Task Get_below_a_value_gives_no_value()
    {
        await Store.PutAsync(Key, Bytes("x"));

        await AssertNoValueAsync(ContentKey.Parse(Key.Value + "/below"));
        Assert.False(await Store.DeleteAsync(ContentKey.Parse(Key.Value + "/below")));
    }

    [SuiteFact]
    public async Task Put_then_get_returns_content_and_its_etag()
    {
        var etag = await Store.PutAsync(Key, Bytes("one"));

        var stored = await Store.GetAsync(Key);

        Assert.Equal("one", Text(stored!.Bytes));
        Assert.Equal(etag, stored.ETag);
        Assert.DoesNotContain('"', etag);
    }

    [SuiteFact]
    public async Task Put_existing_key_overwrites_and_changes_the_etag()
    {
        var first = await Store.PutAsync(Key, Bytes("a long first value"));
        var second = await Store.PutAsync(Key, Bytes("two"));

        Assert.NotEqual(first, second);
        Assert.Equal("two", Text((await Store.GetAsync(Key))!.Bytes));
    }

    [SuiteFact]
    public async Task Put_empty_content_is_a_value()
    {
        await Store.PutAsync(Key, default);

        Assert.Equal(0, (await Store.GetAsync(Key))!.Bytes.Length);
    }

    [SuiteFact]
    public async Task Put_a_megabyte_comes_back_whole()
    {
        var content = new byte[1_000_003];
        new Random(7).NextBytes(content);
        await Store.PutAsync(Key, content);

        Assert.True((await Store.GetAsync(Key))!.Bytes.Span.SequenceEqual(content));
    }

    [SuiteFact]
    public async Task Create_absent_key_writes_it()
    {
        var etag = await Store.CreateAsync(Key, Bytes("one"));

        Assert.Equal(etag, (await Store.GetAsync(Key))!.ETag);
    }

    [SuiteFact]
    public async Task Create_existing_key_leaves_it()
    {
        await Store.CreateAsync(Key, Bytes("one"));

        Assert.Null(await Store.CreateAsync(Key, Bytes("two")));
        Assert.Equal("one", Text((await Store.GetAsync(Key))!.Bytes));
    }

    [SuiteFact]
    public async Task Replace_with_the_present_etag_writes()
    {
        var created = await Store.CreateAsync(Key, Bytes("one"));

        var replaced = await Store.ReplaceAsync(Key, Bytes("two"), created!);

        var stored = await Store.GetAsync(Key);
        Assert.Equal("two", Text(stored!.Bytes));
        Assert.Equal(replaced, stored.ETag);
    }

    [SuiteFact]
    public async Task Replace_with_an_old_etag_is_refused()
    {
        var old = await Store.PutAsync(Key, Bytes("one"));
        await Store.PutAsync(Key, Bytes("two"));

        Assert.Null(await Store.ReplaceAsync(Key, Bytes("three"), old));
        Assert.Equal("two", Text((await Store.GetAsync(Key))!.Bytes));
    }

    [SuiteFact]
    public async Task Replace_deleted_key_is_refused()
    {
        var etag = await Store.PutAsync(Key, Bytes("one"));
        await Store.DeleteAsync(Key);

        Assert.Null(await Store.ReplaceAsync(Key, Bytes("two"), etag));
        Assert.Null(await Store.GetAsync(Key));
    }

    [SuiteFact]
    public async Task Delete_with_an_etag_deletes_only_that_value()
    {
        var old = await Store.PutAsync(Key, Bytes("one"));
        var etag = await Store.PutAsync(Key, Bytes("two"));

        Assert.False(await Store.DeleteAsync(Key, old));
        Assert.Equal("two", Text((await Store.GetAsync(Key))!.Bytes));
        Assert.True(await Store.DeleteAsync(Key, etag));
        Assert.Null(await Store.GetAsync(Key));
        Assert.False(await Store.DeleteAsync(Key, etag));
    }

    [SuiteFact]
    public async Task Write_several_makes_them_in_order_and_returns_what_each_one_returns()
    {
        var (log, value) = (ContentKey.Of("runs", "r1", "log-0.jsonl"), ContentKey.Of("index", "r1"));
        await Store.AppendAsync(log, Bytes("one\n"));
        var etag = await Store.PutAsync(value, Bytes("old"));

        var made = await Store.WriteAsync(
            [ContentWrite.Create(Key, Bytes("new")), ContentWrite.Append(log, Bytes("two\n")), ContentWrite.Replace(value, Bytes("newer"), etag)]);

        Assert.Equal([(await Store.GetAsync(Key))!.ETag, null, (await Store.GetAsync(value))!.ETag], made.Select(write => write.ETag));
        Assert.Equal([null, 8, null], made.Select(write => write.End));
        Assert.Equal("new", Text((await Store.GetAsync(Key))!.Bytes));
        Assert.Equal("one\ntwo\n", Text((await Store.GetAsync(log))!.Bytes));
        Assert.Equal("newer", Text((await Store.GetAsync(value))!.Bytes));
    }

    [SuiteTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Write_several_ends_before_a_condition_that_does_not_hold(bool creates)
    {
        var (first, last) = (ContentKey.Of("index", "r1"), ContentKey.Of("index", "r2"));
        await Store.PutAsync(Key, Bytes("old"));

        var made = await Store.WriteAsync(
        [
            ContentWrite.Put(first, Bytes("first")),
            creates ? ContentWrite.Create(Key, Bytes("new")) : ContentWrite.Replace(Key, Bytes("new"), "another"),
            ContentWrite.Put(last, Bytes("last")),
        ]);

        Assert.Equal((await Store.GetAsync(first))!.ETag, Assert.Single(made).ETag);
        Assert.Equal("old", Text((await Store.GetAsync(Key))!.Bytes));
        Assert.Null(await Store.GetAsync(last));
    }

    [SuiteFact]
    public async Task Write_several_of_one_key_makes_them_in_order()
    {
        var log = ContentKey.Of("runs", "r1", "log-0.jsonl");

        var made = await Store.WriteAsync(
            [ContentWrite.Append(log, Bytes("one\n")), ContentWrite.Put(Key, Bytes("1")), ContentWrite.Append(log, Bytes("two\n")), ContentWrite.Put(Key, Bytes("2"))]);

        Assert.Equal([4, null, 8, null], made.Select(write => write.End));
        Assert.Equal("one\ntwo\n", Text((await Store.GetAsync(log))!.Bytes));
        Assert.Equal("2", Text((await Store.GetAsync(Key))!.Bytes));
    }

    [SuiteFact]
    public async Task Append_returns_the_position_after_it()
    {
        Assert.Equal(4, await Store.AppendAsync(Key, Bytes("one\n")));
        Assert.Equal(4, await Store.AppendAsync(Key, default));
        Assert.Equal(8, await Store.AppendAsync(Key, Bytes("two\n")));
        Assert.Equal("one\ntwo\n", Text((await Store.GetAsync(Key))!.Bytes));
    }

    [SuiteTheory]
    [InlineData(0, "one\ntwo\n")]
    [InlineData(4, "two\n")]
    [InlineData(8, "")]
    [InlineData(100, "")]
    public async Task ReadFrom_offset_gives_the_rest_and_the_length(long offset, string expected)
    {
        await Store.AppendAsync(Key, Bytes("one\ntwo\n"));

        var tail = await Store.ReadFromAsync(Key, offset);

        Assert.Equal(expected, Text(tail!.Bytes));
        Assert.Equal(8, tail.End);
    }

    [SuiteTheory]
    [InlineData(0, 4, "one\n", 4)]
    [InlineData(4, 1, "t", 5)]
    [InlineData(4, 4, "two\n", 8)]
    [InlineData(4, 100, "two\n", 8)]
    [InlineData(8, 4, "", 8)]
    [InlineData(100, 4, "", 8)]
    public async Task ReadFrom_with_a_maximum_gives_at_most_that_and_where_it_ends(long offset, int maxBytes, string expected, long end)
    {
        await Store.AppendAsync(Key, Bytes("one\n"));
        await Store.AppendAsync(Key, Bytes("two\n"), flush: false);

        var tail = await Store.ReadFromAsync(Key, offset, maxBytes);

        Assert.Equal(expected, Text(tail!.Bytes));
        Assert.Equal(end, tail.End);
    }

    [SuiteFact]
    public async Task ReadFrom_negative_offset_is_refused() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ReadFromAsync(Key, -1));

    [SuiteTheory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task ReadFrom_maximum_below_one_is_refused(int maxBytes) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ReadFromAsync(Key, 0, maxBytes));

    [SuiteFact]
    public async Task Append_without_a_flush_is_read_and_keeps_the_order()
    {
        await Store.AppendAsync(Key, Bytes("one\n"), flush: false);
        var unawaited = Store.AppendAsync(Key, Bytes("two\n"), flush: false);

        Assert.Equal(14, await Store.AppendAsync(Key, Bytes("three\n")));
        Assert.Equal(8, await unawaited);
        Assert.Equal("one\ntwo\nthree\n", Text((await Store.GetAsync(Key))!.Bytes));
    }

    [SuiteFact]
    public async Task Append_more_than_the_limit_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.AppendAsync(Key, new byte[IContentStore.MaxAppendBytes + 1]));
        Assert.Equal(IContentStore.MaxAppendBytes, await Store.AppendAsync(Key, new byte[IContentStore.MaxAppendBytes]));
    }

    [SuiteFact]
    public async Task Cancelled_token_is_checked_before_any_work()
    {
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.PutAsync(Key, Bytes("x"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.AppendAsync(Key, Bytes("x"), cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.CreateAsync(Key, Bytes("x"), cancelled));
        Assert.Empty(await ListAsync(ContentPrefix.All));
    }

    private async Task AssertNoValueAsync(ContentKey key)
    {
        if (SeesFolders)
        {
            await Assert.ThrowsAsync<ContentValueException>(() => Store.GetAsync(key));
            return;
        }

        Assert.Null(await Store.GetAsync(key));
    }

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    protected async Task<List<string>> ListAsync(ContentPrefix prefix)
    {
        var keys = new List<string>();
        await foreach (var key in Store.ListAsync(prefix))
        {
            keys.Add(key.Value);
        }

        return keys;
    }
}
