using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;
using Orchestrator.Testing;

namespace Orchestrator.Storage.Tests.Files;

public class FileContentStoreListingTests : ContentStoreListingContract, IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly WriteAheadLog? _log;

    public FileContentStoreListingTests()
        : this(isLogged: false)
    {
    }

    protected FileContentStoreListingTests(bool isLogged) => Store = new FileContentStore(
        _folder.Path, TimeProvider.System, log: _log = isLogged ? WriteAheadLog.TryOpen(_folder.Path) : null);

    protected override IContentStore Store { get; }

    public void Dispose()
    {
        _log?.Dispose();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>The same through a write-ahead log.</summary>
public sealed class LoggedFileContentStoreListingTests() : FileContentStoreListingTests(isLogged: true);
