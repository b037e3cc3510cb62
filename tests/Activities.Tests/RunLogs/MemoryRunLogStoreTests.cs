using Orchestrator.Storage;

namespace Orchestrator.Activities.Tests.RunLogs;

public sealed class MemoryRunLogStoreTests : TornRunLogContract
{
    private readonly MemoryContentStore _store = new();

    protected override IContentStore Open() => _store;
}
