using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.LocalHost.Tests.Http;

namespace Orchestrator.LocalHost.Tests.Management;

public sealed class QueryOperationsTests : ManagementTest
{
    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Running, "", 202)]
    [InlineData(OrchestrationRuntimeStatus.Pending, "", 202)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, "", 202)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, "?showInput=false", 202)]
#pragma warning disable CS0618 // other clients than ours may still answer these
    [InlineData(OrchestrationRuntimeStatus.ContinuedAsNew, "", 202)]
    [InlineData(OrchestrationRuntimeStatus.Canceled, "", 200)]
#pragma warning restore CS0618
    [InlineData(OrchestrationRuntimeStatus.Completed, "", 200)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, "", 200)]
    [InlineData(OrchestrationRuntimeStatus.Failed, "", 200)]
    [InlineData(OrchestrationRuntimeStatus.Failed, "?returnInternalServerErrorOnFailure=false", 200)]
    [InlineData(OrchestrationRuntimeStatus.Failed, "?returnInternalServerErrorOnFailure=true", 500)]
    [InlineData(OrchestrationRuntimeStatus.Completed, "?returnInternalServerErrorOnFailure=true", 200)]
    public async Task Status_code_tells_whether_the_instance_goes_on(OrchestrationRuntimeStatus status, string query, int code)
    {
        Has(Instance("a", status));
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        var response = await web.Client.GetAsync($"{Base}/instances/a{query}");
        Assert.Equal(code, (int)response.StatusCode);
        Assert.Equal(code == 202 ? $"{web.Address}{Base}/instances/a{query}" : null, response.Headers.Location?.OriginalString);
        Assert.Equal(code == 202 ? TimeSpan.FromSeconds(5) : null, response.Headers.RetryAfter?.Delta);
        Assert.Equal(status.ToString(), (await JsonAsync(response)).GetProperty("runtimeStatus").GetString());
    }

    [Theory]
    [InlineData("", """{"x":1}""")]
    [InlineData("?showInput=false", "null")]
    [InlineData("?showHistory=false&showHistoryOutput=true", """{"x":1}""")]
    public async Task Status_body_has_the_names_of_durable_functions(string query, string input)
    {
        Has(Instance("a", OrchestrationRuntimeStatus.Completed));
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        Assert.Equal(
            "{\"name\":\"Flow\",\"instanceId\":\"a\",\"runtimeStatus\":\"Completed\",\"input\":" + input
            + ",\"customStatus\":\"busy\",\"output\":[1,2],\"createdTime\":\"2030-01-01T00:00:01Z\",\"lastUpdatedTime\":\"2030-01-01T00:00:02Z\"}",
            await web.Client.GetStringAsync($"{Base}/instances/a{query}"));
    }

    [Fact]
    public async Task Status_of_a_failed_instance_shows_the_failure_as_its_output()
    {
        Has(new OrchestrationMetadata("Flow", "a")
        {
            RuntimeStatus = OrchestrationRuntimeStatus.Failed,
            FailureDetails = new TaskFailureDetails("My.Exception", "it broke", null, null, null),
            SerializedCustomStatus = "not JSON",
        });
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        var body = await JsonAsync(await web.Client.GetAsync($"{Base}/instances/a"));
        Assert.Equal("My.Exception: it broke", body.GetProperty("output").GetString());
        Assert.Equal("not JSON", body.GetProperty("customStatus").GetString());
        Assert.Equal(JsonValueKind.Null, body.GetProperty("input").ValueKind);
    }

    [Fact]
    public async Task List_passes_the_filter_on_and_pages_by_header()
    {
        OrchestrationQuery? asked = null;
        Client.Setup(c => c.GetAllInstancesAsync(It.IsAny<OrchestrationQuery?>()))
            .Callback((OrchestrationQuery? query) => asked = query)
            .Returns(Pageable.Create((token, size, _) => Task.FromResult(
                new Page<OrchestrationMetadata>([Instance($"{token}-{size}", OrchestrationRuntimeStatus.Running)], token is "t" ? null : "next"))));
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        const string path = "/instances?createdTimeFrom=2030-01-01T00:00:00%2B01:00&createdTimeTo=2030-02-01" +
            "&runtimeStatus=Running,failed&runtimeStatus=Pending&top=7&instanceIdPrefix=p&showInput=false";
        var response = await SendAsync(web, "GET", path);
        Assert.Equal("next", Assert.Single(response.Headers.GetValues("x-ms-continuation-token")));
        var instance = Assert.Single((await JsonAsync(response)).EnumerateArray());
        Assert.Equal("-7", instance.GetProperty("instanceId").GetString());
        Assert.Equal(JsonValueKind.Null, instance.GetProperty("input").ValueKind);
        Assert.Equal(new DateTimeOffset(2029, 12, 31, 23, 0, 0, TimeSpan.Zero), asked!.CreatedFrom);
        Assert.Equal(new DateTimeOffset(2030, 2, 1, 0, 0, 0, TimeSpan.Zero), asked.CreatedTo);
        Assert.Equal([OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Pending], asked.Statuses!);
        Assert.Equal("p", asked.InstanceIdPrefix);

        var next = new HttpRequestMessage(HttpMethod.Get, Base + "/instances");
        next.Headers.Add("x-ms-continuation-token", "t");
        response = await web.Client.SendAsync(next);
        Assert.False(response.Headers.Contains("x-ms-continuation-token"));
        Assert.Equal("t-100", Assert.Single((await JsonAsync(response)).EnumerateArray()).GetProperty("instanceId").GetString());
        Assert.Equal("t", asked.ContinuationToken);
        Assert.Null(asked.Statuses);
    }
}
