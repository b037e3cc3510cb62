using System.Net;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Activities.Tests.Stores.Blobs;

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
}
