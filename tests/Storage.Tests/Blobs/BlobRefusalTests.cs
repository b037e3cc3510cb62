using System.Net;
using Azure.Core.Pipeline;
using Azure.Identity;
using Orchestrator.Storage.Blobs;
using static Orchestrator.Storage.Tests.Blobs.AzuriteContainer;

namespace Orchestrator.Storage.Tests.Blobs;

/// <summary>
/// What Azure answers to settings that only it can judge: the message and the hint name the setting and the remedy, the hint without the account's
/// address.
/// </summary>
public sealed class BlobRefusalTests
{
    private const string Secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQ=";

    [Theory]
    [InlineData(
        "ResourceNotFound",
        "there is no such account at its address (ResourceNotFound). Check the account's name and address in AzureWebJobsStorage.", 404)]
    [InlineData("AuthorizationPermissionMismatch", "permission denied (AuthorizationPermissionMismatch). Give the identity the role 'Storage Blob " +
        "Data Contributor' on the account of AzureWebJobsStorage, ")]
    [InlineData("KeyBasedAuthenticationNotPermitted", "the account takes identities only, and AzureWebJobsStorage has a key " +
        "(KeyBasedAuthenticationNotPermitted). Clear AzureWebJobsStorage, set AzureWebJobsStorage__accountName ")]
    [InlineData("AuthenticationFailed", "the account does not accept this key, signature or machine (AuthenticationFailed). Copy the connection " +
        "string again into AzureWebJobsStorage, ")]
    public async Task Refusal_names_setting_and_remedy(string code, string expected, int status = 403)
    {
        var error = await RefusedAsync(() =>
        {
            var answer = new HttpResponseMessage((HttpStatusCode)status);
            answer.Headers.Add("x-ms-error-code", code);
            return answer;
        });

        Assert.StartsWith(expected, error.Hint, StringComparison.Ordinal);
        Assert.StartsWith(
            $"Cannot use 'runs/r1' in the container 'orchestrator' of the storage account 'shop': {expected}", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Identity_without_a_token_is_reported_with_the_settings_of_identities()
    {
        var error = await RefusedAsync(() => throw new CredentialUnavailableException("No managed identity endpoint found."));

        Assert.StartsWith("no identity could sign in. ", error.Hint, StringComparison.Ordinal);
        Assert.Contains(
            "set AzureWebJobsStorage__credential to managedidentity, and AzureWebJobsStorage__clientId ", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unreachable_account_is_named_in_the_message_and_only_its_setting_in_the_hint()
    {
        var error = await RefusedAsync(() => throw new HttpRequestException("Name or service not known (shop.blob.core.windows.net:443)"));

        Assert.Equal("it does not answer. Check the account's name in AzureWebJobsStorage, the network, and the account's firewall.", error.Hint);
        Assert.Contains(
            "https://shop.blob.core.windows.net does not answer. Check the account's name in AzureWebJobsStorage", error.Message,
            StringComparison.Ordinal);
    }

    private static async Task<ContentStoreException> RefusedAsync(Func<HttpResponseMessage> answer)
    {
        using var service = new Service(answer);
        var account = BlobAccount.Read(
            Settings(("AzureWebJobsStorage", $"DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={Secret};EndpointSuffix=core.windows.net")),
            BlobAccount.DefaultSetting,
            options =>
            {
                options.Retry.MaxRetries = 0;
                options.Transport = new HttpClientTransport(service);
            });
        var error = await Assert.ThrowsAsync<ContentStoreException>(() => new BlobContentStore(account).GetAsync(ContentKey.Of("runs", "r1")));
        Assert.DoesNotContain("shop", error.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.ToString(), StringComparison.Ordinal);
        return error;
    }

    private sealed class Service(Func<HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(answer());
    }
}
