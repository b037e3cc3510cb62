using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Orchestrator.Functions.Http;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Management;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Tests.Http;

public class StartPayloadTests
{
    [Fact]
    public void Names_and_addresses_are_those_of_the_management_api()
    {
        var request = Request();
        var payload = JsonSerializer.SerializeToNode(StartPayload.For(request, new RunInput("r1", 2)), WorkflowJson.Compact)!.AsObject();
        var management = JsonSerializer.SerializeToNode(ManagementPayload.For(request, "r1.2"), JsonSerializerOptions.Web)!.AsObject();

        foreach (var (name, value) in management)
        {
            Assert.True(JsonNode.DeepEquals(value, payload[name]), $"{name}: {payload[name]} instead of {value}");
        }
    }

    [Fact]
    public void Addresses_of_the_run_follow_the_apps_own_route()
    {
        var payload = StartPayload.For(Request(), new RunInput("r1", 1));

        Assert.Equal("r1", payload.Id);
        Assert.Equal("http://host:7071/api/runs/r1", payload.RunUri);
        Assert.Equal("http://host:7071/api/runs/r1/events", payload.EventsUri);
        Assert.Equal("http://host:7071/api/runs/r1/resume", payload.ResumeRunUri);
    }

    private static HttpRequest Request()
    {
        var request = new DefaultHttpContext().Request;
        request.Scheme = "http";
        request.Host = new HostString("host", 7071);
        request.Path = "/api/runs";
        return request;
    }
}
