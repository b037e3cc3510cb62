using System.Net;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Storage.Tests.Blobs;

[NeedsAzurite]
public sealed class AzuriteServerTests
{
    [SuiteFact]
    public async Task Server_answers_until_it_is_stopped_and_again_when_started()
    {
        await using var server = await AzuriteServer.NewAsync();
        var endpoint = server.BlobEndpoint;
        using var http = new HttpClient();
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync(endpoint + "?comp=list")).StatusCode);

        await server.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(endpoint));

        await server.StartAsync();
        Assert.Equal(endpoint, server.BlobEndpoint);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync(endpoint + "?comp=list")).StatusCode);
    }

    [SuiteFact]
    public async Task Server_of_another_process_is_used_where_it_is_and_goes_on_when_its_user_is_done()
    {
        await using var server = await AzuriteServer.NewAsync();
        using var http = new HttpClient();

        await using (var shared = AzuriteServer.RunningAt(server.ConnectionString + "TableSecondaryEndpoint=http://127.0.0.1:1/devstoreaccount1;"))
        {
            Assert.Equal(server.BlobEndpoint, shared.BlobEndpoint);
            Assert.Contains("TableSecondaryEndpoint=http://127.0.0.1:1/", shared.ConnectionString, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync(server.BlobEndpoint + "?comp=list")).StatusCode);
    }

    [Fact]
    public void Server_of_another_process_without_an_address_names_the_variable() =>
        Assert.Contains(
            AzuriteServer.SharedVariable, Assert.Throws<ArgumentException>(() => AzuriteServer.RunningAt("UseDevelopmentStorage=true")).Message,
            StringComparison.Ordinal);
}
