using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Activities.Tests.RunLogs;

public sealed class FileRunLogStoreTests : TornRunLogContract
{
    private readonly TempFolder _folder = new();

    protected override IContentStore Open() => new FileContentStore(_folder.Path, TimeProvider.System);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }
}
