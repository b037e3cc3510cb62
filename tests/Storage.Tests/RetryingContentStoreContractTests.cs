namespace Orchestrator.Storage.Tests;

public sealed class RetryingContentStoreContractTests : ContentStoreContract
{
    protected override IContentStore Store { get; } = new RetryingContentStore(new MemoryContentStore(), TimeProvider.System);
}
