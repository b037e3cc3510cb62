using System.Text;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Storage.Tests;

/// <summary>What every store must do when keys are listed and deleted.</summary>
public abstract class ContentStoreListingContract
{
    private static readonly ContentKey Key = ContentKey.Of("runs", "r1", "run.json");

    protected abstract IContentStore Store { get; }

    [SuiteFact]
    public async Task Delete_returns_whether_there_was_a_value()
    {
        await Store.PutAsync(Key, Bytes("one"));

        Assert.True(await Store.DeleteAsync(Key));
        Assert.False(await Store.DeleteAsync(Key));
        Assert.Null(await Store.GetAsync(Key));
        Assert.NotNull(await Store.CreateAsync(Key, Bytes("two")));
    }

    [SuiteFact]
    public async Task Append_after_delete_starts_a_new_log()
    {
        await Store.AppendAsync(Key, Bytes("one\n"));
        await Store.DeleteAsync(Key);

        Assert.Equal(4, await Store.AppendAsync(Key, Bytes("two\n")));
    }

    [SuiteFact]
    public async Task Delete_prefix_of_a_thousand_deletes_all_of_them()
    {
        await Parallel.ForAsync(0, 1000, async (n, token) =>
            await Store.PutAsync(ContentKey.Of("runs", "r", $"s{n % 10}", $"{n}"), Bytes("x"), token));

        Assert.Equal(1000, await Store.DeleteAsync(ContentPrefix.Under("runs", "r")));
        Assert.Empty(await ListAsync(ContentPrefix.All));
    }

    [SuiteFact]
    public async Task List_is_in_ordinal_order_of_whole_keys()
    {
        string[] keys = ["a-b", "a.b", "a/b", "a/c-d/x", "a/c.d", "a/c/x", "a0", "aB", "a_b", "B", "b/c"];
        foreach (var key in keys.Reverse())
        {
            await Store.PutAsync(ContentKey.Parse(key), Bytes(key));
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), await ListAsync(ContentPrefix.All));
    }

    [SuiteFact]
    public async Task List_prefix_covers_whole_segments_only()
    {
        await PutAllAsync("runs/a/1", "runs/a/2/3", "runs/ab/1", "runs/b", "index/x");

        Assert.Equal(["runs/a/1", "runs/a/2/3"], await ListAsync(ContentPrefix.Under("runs", "a")));
        Assert.Equal(["runs/a/1", "runs/a/2/3", "runs/ab/1"], await ListAsync(ContentPrefix.Under("runs").StartingWith("a")));
        Assert.Equal(["index/x"], await ListAsync(default(ContentPrefix).StartingWith("ind")));
        Assert.Empty(await ListAsync(ContentPrefix.Under("none")));
        Assert.Empty(await ListAsync(ContentPrefix.Under("runs", "b")));
    }

    [SuiteFact]
    public async Task Delete_prefix_leaves_its_neighbours()
    {
        await PutAllAsync("runs/a/1", "runs/a/2/3", "runs/ab/1", "runs/a-b");

        Assert.Equal(2, await Store.DeleteAsync(ContentPrefix.Under("runs", "a")));
        Assert.Equal(["runs/a-b", "runs/ab/1"], await ListAsync(ContentPrefix.All));
        Assert.Equal(0, await Store.DeleteAsync(ContentPrefix.Under("runs", "a")));
        Assert.Equal(2, await Store.DeleteAsync(ContentPrefix.Under("runs").StartingWith("a")));
        Assert.Empty(await ListAsync(ContentPrefix.All));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private async Task<List<string>> ListAsync(ContentPrefix prefix)
    {
        var keys = new List<string>();
        await foreach (var key in Store.ListAsync(prefix))
        {
            keys.Add(key.Value);
        }

        return keys;
    }

    private async Task PutAllAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            await Store.PutAsync(ContentKey.Parse(key), Bytes(key));
        }
    }
}
