using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Activities.Tests.Catalog.Workflows;

public sealed class FileWorkflowStoreTests : WorkflowStoreTests, IDisposable
{
    private readonly TempFolder _folder = new();

    public FileWorkflowStoreTests() => Content = new FileContentStore(_folder.Path, TimeProvider.System);

    protected override IContentStore Content { get; }

    public void Dispose() => _folder.Dispose();
}
