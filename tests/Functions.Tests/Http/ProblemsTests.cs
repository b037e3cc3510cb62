using System.Net;
using Moq;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Tests.Http;

/// <summary>Failures that every operation answers in the same way.</summary>
public class ProblemsTests
{
    [Theory]
    [InlineData("/api/health")]
    [InlineData("/api/runs/r1")]
    [InlineData("/api/runs/r1/steps/a")]
    [InlineData("/api/workflows/w1?app=a")]
    public async Task Store_that_fails_is_503_without_its_address(string path)
    {
        var store = new Mock<IContentStore>();
        store.Setup(it => it.GetAsync(It.IsAny<ContentKey>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new ContentStoreException("/secret/place", "The disk /secret/place is gone."));
        await using var api = await ApiHost.StartAsync(store.Object);
        using var response = await api.Client.GetAsync(path);
        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.ServiceUnavailable, "storeUnavailable");
        Assert.DoesNotContain("/secret", problem.GetRawText(), StringComparison.Ordinal);
    }
}
