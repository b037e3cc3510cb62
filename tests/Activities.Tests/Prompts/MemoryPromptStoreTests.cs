using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Tests.Prompts;

public sealed class MemoryPromptStoreTests : PromptStoreTests
{
    protected override IContentStore Content { get; } = new MemoryContentStore();
}
