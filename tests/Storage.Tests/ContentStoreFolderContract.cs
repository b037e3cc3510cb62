using System.Text;

namespace Orchestrator.Storage.Tests;

/// <summary>What a store must do that can tell a value from a folder. A container of blobs cannot.</summary>
public abstract class ContentStoreFolderContract
{
    private static readonly ContentKey Key = ContentKey.Of("runs", "r1", "run.json");

    protected abstract IContentStore Store { get; }

    [Fact]
    public async Task Put_below_a_value_is_refused_with_the_remedy()
    {
        await Store.PutAsync(Key, Bytes("x"));

        var error = await Assert.ThrowsAnyAsync<ContentStoreException>(() => Store.PutAsync(ContentKey.Parse(Key.Value + "/below"), Bytes("y")));

        Assert.Contains("run.json", error.Message, StringComparison.Ordinal);
        Assert.Contains("key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_on_a_folder_of_other_keys_is_refused()
    {
        await Store.PutAsync(Key, Bytes("x"));

        await Assert.ThrowsAnyAsync<ContentStoreException>(() => Store.PutAsync(ContentKey.Of("runs", "r1"), Bytes("y")));
        await Assert.ThrowsAnyAsync<ContentStoreException>(() => Store.CreateAsync(ContentKey.Of("runs"), Bytes("y")));
        var error = await Assert.ThrowsAnyAsync<ContentStoreException>(() => Store.AppendAsync(ContentKey.Of("runs"), Bytes("y")));
        Assert.Contains("other keys are below it", error.Message, StringComparison.Ordinal);
        Assert.Equal([Key.Value], await ListAllAsync());
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private async Task<List<string>> ListAllAsync() => await Store.ListAsync(ContentPrefix.All).Select(key => key.Value).ToListAsync();
}
