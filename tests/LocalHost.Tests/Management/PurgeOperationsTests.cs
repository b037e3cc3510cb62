using System.Net;
using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.LocalHost.Tests.Http;

namespace Orchestrator.LocalHost.Tests.Management;

public sealed class PurgeOperationsTests : ManagementTest
{
    [Fact]
    public async Task Purge_of_one_says_how_many_were_deleted()
    {
        Has(Instance("a", OrchestrationRuntimeStatus.Completed));
        Client.Setup(c => c.PurgeInstanceAsync("a", It.IsAny<PurgeInstanceOptions?>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(new PurgeResult(1));
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        var response = await SendAsync(web, "DELETE", "/instances/a");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("""{"instancesDeleted":1}""", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(3, HttpStatusCode.OK)]
    [InlineData(0, HttpStatusCode.NotFound)]
    public async Task Purge_of_many_says_how_many_were_deleted_or_404(int count, HttpStatusCode status)
    {
        PurgeInstancesFilter? asked = null;
        Client.Setup(
            c => c.PurgeAllInstancesAsync(It.IsAny<PurgeInstancesFilter>(), It.IsAny<PurgeInstanceOptions?>(), It.IsAny<CancellationToken>()))
            .Callback((PurgeInstancesFilter filter, PurgeInstanceOptions? _, CancellationToken _) => asked = filter)
            .ReturnsAsync(new PurgeResult(count));
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        var response = await SendAsync(web, "DELETE", "/instances?createdTimeFrom=2030-01-01T00:00:00Z&runtimeStatus=Failed");
        Assert.Equal(status, response.StatusCode);
        Assert.Equal([OrchestrationRuntimeStatus.Failed], asked!.Statuses!);
        Assert.Null(asked.CreatedTo);
        if (count > 0)
        {
            Assert.Equal("""{"instancesDeleted":3}""", await response.Content.ReadAsStringAsync());
        }
    }
}
