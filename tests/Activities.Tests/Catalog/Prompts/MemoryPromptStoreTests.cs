using Orchestrator.Storage;

namespace Orchestrator.Activities.Tests.Catalog.Prompts;

public sealed class MemoryPromptStoreTests : PromptStoreTests
{
    protected override IContentStore Content { get; } = new MemoryContentStore();
}
