namespace Orchestrator.Storage.Tests;

public sealed class MemoryContentStoreTests : ContentStoreContract
{
    protected override IContentStore Store { get; } = new MemoryContentStore();

    [Fact]
    public async Task Get_returns_a_copy()
    {
        await Store.PutAsync(Key, Bytes("one"));
        var first = await Store.GetAsync(Key);
        await Store.AppendAsync(ContentKey.Of("log"), Bytes("x\n"));
        var log = await Store.GetAsync(ContentKey.Of("log"));
        await Store.AppendAsync(ContentKey.Of("log"), Bytes("y\n"));

        Assert.Equal("one", Text(first!.Bytes));
        Assert.Equal("x\n", Text(log!.Bytes));
    }
}
