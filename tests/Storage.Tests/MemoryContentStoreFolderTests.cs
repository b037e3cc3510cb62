namespace Orchestrator.Storage.Tests;

public sealed class MemoryContentStoreFolderTests : ContentStoreFolderContract
{
    protected override IContentStore Store { get; } = new MemoryContentStore();
}
