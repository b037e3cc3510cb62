using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Tests.Workflows;

public sealed class MemoryWorkflowStoreTests : WorkflowStoreTests
{
    protected override IContentStore Content { get; } = new MemoryContentStore();
}
