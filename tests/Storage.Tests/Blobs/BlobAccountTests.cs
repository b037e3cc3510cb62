using Orchestrator.Storage.Blobs;
using Orchestrator.Workflows.Diagnostics;
using static Orchestrator.Storage.Tests.Blobs.AzuriteContainer;

namespace Orchestrator.Storage.Tests.Blobs;

public sealed class BlobAccountTests
{
    private const string Key = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";

    [Theory]
    [InlineData("AzureWebJobsStorage", "UseDevelopmentStorage=true", "http://127.0.0.1:10000/devstoreaccount1")]
    [InlineData(
        "AzureWebJobsStorage", $"DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={Key};EndpointSuffix=core.windows.net",
        "https://shop.blob.core.windows.net/")]
    [InlineData("AzureWebJobsStorage:accountName", "shop", "https://shop.blob.core.windows.net/")]
    [InlineData("AzureWebJobsStorage:serviceUri", "https://shop.blob.core.chinacloudapi.cn", "https://shop.blob.core.chinacloudapi.cn/")]
    [InlineData("AzureWebJobsStorage:blobServiceUri", "https://shop.blob.core.windows.net", "https://shop.blob.core.windows.net/")]
    public void Account_is_read_as_the_functions_host_reads_it(string setting, string value, string expected) =>
        Assert.Equal(expected, BlobAccount.Read(Settings((setting, value))).Service.Uri.AbsoluteUri);

    [Theory]
    [InlineData(null)]
    [InlineData("11111111-2222-3333-4444-555555555555")]
    public void Managed_identity_with_or_without_a_client_id_is_read(string? clientId)
    {
        var account = BlobAccount.Read(Settings(
            ("AzureWebJobsStorage:accountName", "shop"), ("AzureWebJobsStorage:credential", "managedidentity"),
            ("AzureWebJobsStorage:clientId", clientId)));

        Assert.Equal("shop", account.Name);
    }

    [Theory]
    [InlineData(
        "AzureWebJobStorage", "UseDevelopmentStorage=true",
        "AzureWebJobsStorage is not set, and 'AzureWebJobStorage' is, which means nothing here: rename it.")]
    [InlineData("AzureWebJobsStorage", "", "AzureWebJobsStorage is not set; ")]
    [InlineData(
        "AzureWebJobsStorage:acountName", "shop",
        "AzureWebJobsStorage__acountName is set, which means nothing here: AzureWebJobsStorage__accountName is probably meant. ")]
    [InlineData(
        "AzureWebJobsStorage:blobServiceUrl", "https://shop.blob.core.windows.net",
        "AzureWebJobsStorage__blobServiceUrl is set, which means nothing here: AzureWebJobsStorage__blobServiceUri is probably meant. ")]
    [InlineData("AzureWebJobsStorage", $"AccountKey={Key}", "AzureWebJobsStorage is no connection string of a storage account; ")]
    [InlineData("AzureWebJobsStorage", $"AccountName=shop;AccountKey=!{Key}", "AzureWebJobsStorage is no connection string of a storage account; ")]
    [InlineData("AzureWebJobsStorage", $"nonsense {Key}", "AzureWebJobsStorage is no connection string of a storage account; ")]
    [InlineData("AzureWebJobsStorage:accountName", "my shop", "AzureWebJobsStorage__accountName is 'my shop', ")]
    [InlineData("AzureWebJobsStorage:serviceUri", "shop", "AzureWebJobsStorage__serviceUri is no address of a blob service; ")]
    [InlineData(
        "AzureWebJobsStorage:serviceUri", $"https://shop.blob.core.windows.net?sig={Key}",
        "AzureWebJobsStorage__serviceUri is no address of a blob service; ")]
    [InlineData("AzureWebJobsStorage:credential", "password", "AzureWebJobsStorage__credential is 'password'; ")]
    public void Setting_that_cannot_be_used_is_refused_in_one_sentence_without_secrets(string setting, string value, string expected)
    {
        var error = Assert.Throws<ContentStoreException>(() => BlobAccount.Read(Settings((setting, value)), isMisspelling: Suggestion.IsClose));

        Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("accountName", "shop")]
    [InlineData("blobServiceUri", "https://shop.blob.core.windows.net")]
    [InlineData("credential", "managedidentity")]
    public void Connection_string_beside_an_identity_is_refused_and_both_settings_are_named(string second, string value)
    {
        var error = Assert.Throws<ContentStoreException>(
            () => BlobAccount.Read(Settings(("AzureWebJobsStorage", "UseDevelopmentStorage=true"), ($"AzureWebJobsStorage:{second}", value))));

        Assert.Equal(
            $"AzureWebJobsStorage and AzureWebJobsStorage__{second} are both set, a connection string and an identity: clear the one that is " +
            $"not meant.", error.Message);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 4)]
    [InlineData(120, 28)]
    public void Patience_in_seconds_is_so_many_retries(int seconds, int retries) =>
        Assert.Equal(retries, BlobAccount.Retries(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData("Orchestrator")]
    [InlineData("a--b")]
    [InlineData("ab")]
    [InlineData("-abc")]
    public void Container_name_that_the_service_refuses_is_refused_at_once(string name)
    {
        var error = Assert.Throws<ContentStoreException>(
            () => BlobContentStore.Open(Settings(("AzureWebJobsStorage", "UseDevelopmentStorage=true"), ("Orchestrator:Container", name))));

        Assert.StartsWith($"Orchestrator:Container is '{name}', but the name of a container has ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Place_names_container_and_account() => Assert.Equal(
        "the container 'orchestrator' of the storage account 'devstoreaccount1'",
        BlobContentStore.Open(Settings(("AzureWebJobsStorage", "UseDevelopmentStorage=true"))).Place);
}
