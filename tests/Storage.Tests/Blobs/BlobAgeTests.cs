using System.Net;
using Azure.Core.Pipeline;
using Orchestrator.Storage.Blobs;
using static Orchestrator.Storage.Tests.Blobs.AzuriteContainer;

namespace Orchestrator.Storage.Tests.Blobs;

public sealed class BlobAgeTests
{
    private static readonly DateTimeOffset Written = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public async Task Age_of_a_value_is_counted_by_the_clock_of_the_service_alone(int seconds)
    {
        using var service = new Service(Written + TimeSpan.FromSeconds(seconds));
        var account = BlobAccount.Read(
            Settings(("AzureWebJobsStorage", "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net")),
            BlobAccount.DefaultSetting,
            options => options.Transport = new HttpClientTransport(service));

        var stored = await new BlobContentStore(account).GetAsync(ContentKey.Of("runs", "r1"));

        Assert.Equal(TimeSpan.FromSeconds(seconds), stored!.Age);
    }

    /// <summary>Answers every request with a blob that was written at <see cref="Written"/>.</summary>
    private sealed class Service(DateTimeOffset now) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([1]) };
            answer.Headers.Date = now;
            answer.Headers.ETag = new("\"1\"");
            answer.Headers.Add("x-ms-blob-type", "BlockBlob");
            answer.Content.Headers.LastModified = Written;
            return Task.FromResult(answer);
        }
    }
}
