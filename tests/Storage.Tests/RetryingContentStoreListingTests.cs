namespace Orchestrator.Storage.Tests;

public sealed class RetryingContentStoreListingTests : ContentStoreListingContract
{
    protected override IContentStore Store { get; } = new RetryingContentStore(new MemoryContentStore(), TimeProvider.System);
}
