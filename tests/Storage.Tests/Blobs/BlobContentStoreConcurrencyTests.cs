using Orchestrator.Testing.Azurite;

namespace Orchestrator.Storage.Tests.Blobs;

[NeedsAzurite]
public sealed class BlobContentStoreConcurrencyTests : ContentStoreConcurrencyContract, IAsyncLifetime
{
    private IContentStore? _store;

    protected override IContentStore Store => _store!;

    public async Task InitializeAsync() => _store = (await AzuriteContainer.NewAsync()).Open();

    public Task DisposeAsync() => Task.CompletedTask;
}
