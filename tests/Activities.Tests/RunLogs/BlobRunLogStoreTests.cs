using Microsoft.Extensions.Configuration;
using Orchestrator.Storage;
using Orchestrator.Storage.Blobs;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Activities.Tests.RunLogs;

[NeedsAzurite]
public sealed class BlobRunLogStoreTests : RunLogStoreContract
{
    private readonly string _container = $"t{Guid.NewGuid():N}";
    private IConfiguration _settings = null!;

    public override async Task InitializeAsync()
    {
        var server = await AzuriteServer.SharedAsync();
        _settings = new ConfigurationBuilder()
            .AddInMemoryCollection([KeyValuePair.Create(BlobAccount.DefaultSetting, (string?)server.ConnectionString)])
            .Build();
        await base.InitializeAsync();
    }

    protected override IContentStore Open() => new BlobContentStore(BlobAccount.Read(_settings), _container);
}
