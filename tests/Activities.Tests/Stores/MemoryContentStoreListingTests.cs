using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Tests.Stores;

public sealed class MemoryContentStoreListingTests : ContentStoreListingContract
{
    protected override IContentStore Store { get; } = new MemoryContentStore();
}
