using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Tests.Stores;

public sealed class MemoryContentStoreConcurrencyTests : ContentStoreConcurrencyContract
{
    protected override IContentStore Store { get; } = new MemoryContentStore();
}
