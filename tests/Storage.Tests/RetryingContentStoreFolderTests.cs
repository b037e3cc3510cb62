namespace Orchestrator.Storage.Tests;

public sealed class RetryingContentStoreFolderTests : ContentStoreFolderContract
{
    protected override IContentStore Store { get; } = new RetryingContentStore(new MemoryContentStore(), TimeProvider.System);
}
