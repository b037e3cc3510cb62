using System.Text;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;

namespace Orchestrator.Activities.Tests.Runs;

public class DefinitionStoreTests
{
    private static readonly string Hash = new('a', 64);

    private readonly FailingStore _store = new();
    private int _operations;

    public DefinitionStoreTests() => _store.OnOperation = _ => _operations++;

    [Fact]
    public async Task Definition_that_is_stored_already_costs_one_read()
    {
        var definitions = new DefinitionStore(_store);
        await definitions.PutAsync(Hash, "text"u8.ToArray(), CancellationToken.None);
        _operations = 0;

        await definitions.PutAsync(Hash, "text"u8.ToArray(), CancellationToken.None);

        Assert.Equal(1, _operations);
    }

    [Fact]
    public async Task Damaged_definition_is_replaced()
    {
        var definitions = new DefinitionStore(_store);
        await _store.PutAsync(Key, "te"u8.ToArray());

        await definitions.PutAsync(Hash, "text"u8.ToArray(), CancellationToken.None);

        Assert.Equal("text", await TextAsync());
    }

    [Theory]
    [InlineData("te")]
    [InlineData("text")]
    public async Task Definition_that_appears_after_the_read_is_compared_too(string appears)
    {
        var definitions = new DefinitionStore(_store);
        _store.OnOperation = memory =>
        {
            if (++_operations == 2)
            {
                memory.PutAsync(Key, Encoding.UTF8.GetBytes(appears)).GetAwaiter().GetResult();
            }
        };

        await definitions.PutAsync(Hash, "text"u8.ToArray(), CancellationToken.None);

        Assert.Equal("text", await TextAsync());
    }

    private static ContentKey Key => ContentKey.Of("definitions", Hash);

    private async Task<string> TextAsync() => Encoding.UTF8.GetString((await _store.GetAsync(Key))!.Bytes.Span);
}
