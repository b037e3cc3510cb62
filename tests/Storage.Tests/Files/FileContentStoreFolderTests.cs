using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Tests.Files;

public sealed class FileContentStoreFolderTests : ContentStoreFolderContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public FileContentStoreFolderTests() => Store = new FileContentStore(_folder.Path, TimeProvider.System);

    protected override IContentStore Store { get; }

    public void Dispose() => _folder.Dispose();
}
