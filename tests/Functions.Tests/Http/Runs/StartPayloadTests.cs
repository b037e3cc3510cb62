using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.Functions.Http.Runs;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Management;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Tests.Http.Runs;

public class StartPayloadTests
{
    [Fact]
    public void Names_and_addresses_are_those_of_the_management_api()
    {
        var request = Request();
        var payload = JsonSerializer.SerializeToNode(StartPayload.For(request, Embedded, new RunInput("r1", 2)), WorkflowJson.Compact)!.AsObject();
        var management = JsonSerializer.SerializeToNode(ManagementPayload.For(request, "r1.2"), JsonSerializerOptions.Web)!.AsObject();

        foreach (var (name, value) in management)
        {
            Assert.True(JsonNode.DeepEquals(value, payload[name]), $"{name}: {payload[name]} instead of {value}");
        }
    }

    [Fact]
    public void Addresses_of_the_run_follow_the_apps_own_route()
    {
        var payload = StartPayload.For(Request(), OnFunctionsHost("code=k%2Fy%3D%3D"), new RunInput("r1", 1));

        Assert.Equal("r1", payload.Id);
        Assert.Equal("http://host:7071/api/runs/r1", payload.RunUri);
        Assert.Equal("http://host:7071/api/runs/r1/events", payload.EventsUri);
        Assert.Equal("http://host:7071/api/runs/r1/resume", payload.ResumeRunUri);
    }

    [Fact]
    public void Management_addresses_have_the_query_of_the_functions_host_and_the_origin_of_the_request()
    {
        const string Query = "taskHub=Orchestrator&connection=Storage&code=k%2Fy%3D%3D";
        var bare = JsonSerializer.SerializeToNode(StartPayload.For(Request(), Embedded, new RunInput("r1", 1)), WorkflowJson.Compact)!.AsObject();
        var keyed = JsonSerializer.SerializeToNode(
            StartPayload.For(Request(), OnFunctionsHost(Query), new RunInput("r1", 1)), WorkflowJson.Compact)!.AsObject();

        var management = bare.Where(member => member.Value!.GetValue<string>().Contains("/webhooks/", StringComparison.Ordinal)).ToList();

        Assert.Equal(7, management.Count);
        foreach (var (name, value) in management)
        {
            var address = value!.GetValue<string>();
            Assert.Equal($"{address}{(address.Contains('?', StringComparison.Ordinal) ? "&" : "?")}{Query}", keyed[name]!.GetValue<string>());
        }
    }

    /// <summary>A client without addresses, as the embedded host's.</summary>
    private static DurableTaskClient Embedded => new Mock<DurableTaskClient>("embedded").Object;

    /// <summary>The client that the worker extension gives to functions: its type is not public.</summary>
    private static DurableTaskClient OnFunctionsHost(string query)
    {
        var type = typeof(HttpManagementPayload).Assembly.GetType("Microsoft.Azure.Functions.Worker.FunctionsDurableTaskClient", throwOnError: true)!;
        return (DurableTaskClient)type.GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Single()
            .Invoke([Embedded, query, "https://app.azurewebsites.net/runtime/webhooks/durabletask", null]);
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
