namespace Orchestrator.Storage.Tests;

public sealed class MemoryContentStoreConcurrencyTests : ContentStoreConcurrencyContract
{
    protected override IContentStore Store { get; } = new MemoryContentStore();
}
