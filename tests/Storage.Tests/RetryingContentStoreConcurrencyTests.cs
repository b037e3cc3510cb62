namespace Orchestrator.Storage.Tests;

public sealed class RetryingContentStoreConcurrencyTests : ContentStoreConcurrencyContract
{
    protected override IContentStore Store { get; } = new RetryingContentStore(new MemoryContentStore(), TimeProvider.System);
}
