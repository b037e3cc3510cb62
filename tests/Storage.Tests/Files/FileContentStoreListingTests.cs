using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Tests.Files;

public sealed class FileContentStoreListingTests : ContentStoreListingContract, IDisposable
{
    private readonly TempFolder _folder = new();

    public FileContentStoreListingTests() => Store = new FileContentStore(_folder.Path, TimeProvider.System);

    protected override IContentStore Store { get; }

    public void Dispose() => _folder.Dispose();
}
