using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Tests.Stores;

public sealed class MemoryContentStoreFolderTests : ContentStoreFolderContract
{
    protected override IContentStore Store { get; } = new MemoryContentStore();
}
