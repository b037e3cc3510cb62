using Microsoft.Extensions.Configuration;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Storage.Blobs;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Activities.Tests.Records;

public sealed class ConfiguredContentStoreTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(null)]
    [InlineData("azure")]
    public void Content_is_in_the_hosts_storage_account_by_default(string? storage) =>
        Assert.IsType<BlobContentStore>(Open(("Orchestrator:Storage", storage), ("AzureWebJobsStorage", "UseDevelopmentStorage=true")));

    [Fact]
    public void Content_is_in_a_folder_where_the_setting_says_so() =>
        Assert.IsType<FileContentStore>(Open(("Orchestrator:Storage", "files"), ("Orchestrator:State", _folder.Path)));

    [Fact]
    public void Storage_of_another_name_is_refused() => Assert.Equal(
        "Orchestrator:Storage is 'paper'; write azure or files.",
        Assert.Throws<ContentStoreException>(() => Open(("Orchestrator:Storage", "paper"))).Message);

    [Fact]
    public void Misspelt_setting_of_the_account_is_named() => Assert.Equal(
        "AzureWebJobsStorage is not set, and 'AzureWebJobStorage' is, which means nothing here: rename it.",
        Assert.Throws<ContentStoreException>(() => Open(("AzureWebJobStorage", "UseDevelopmentStorage=true"))).Message);

    public void Dispose() => _folder.Dispose();

    private static IContentStore Open(params (string Name, string? Value)[] settings) => ConfiguredContentStore.Open(
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).Build(),
        TimeProvider.System);
}
