namespace Orchestrator.Storage.Tests;

public sealed class MemoryContentStoreListingTests : ContentStoreListingContract
{
    protected override IContentStore Store { get; } = new MemoryContentStore();
}
