using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Activities.Tests.Catalog.Prompts;

public sealed class FilePromptStoreTests : PromptStoreTests, IDisposable
{
    private readonly TempFolder _folder = new();

    public FilePromptStoreTests() => Content = new FileContentStore(_folder.Path, TimeProvider.System);

    protected override IContentStore Content { get; }

    public void Dispose() => _folder.Dispose();
}
