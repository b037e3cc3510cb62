using Orchestrator.Storage;

namespace Orchestrator.Activities.Tests.Catalog.Workflows;

public sealed class MemoryWorkflowStoreTests : WorkflowStoreTests
{
    protected override IContentStore Content { get; } = new MemoryContentStore();
}
