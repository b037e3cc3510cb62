using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Tests.Stores;

public sealed class RetryingContentStoreContractTests : ContentStoreContract
{
    protected override IContentStore Store { get; } = new RetryingContentStore(new MemoryContentStore(), TimeProvider.System);
}
