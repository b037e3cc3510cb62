using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orchestrator.LocalHost.Management;

namespace Orchestrator.LocalHost.Tests.Management;

public sealed class ManagementPayloadTests
{
    [Fact]
    public void Json_names_and_addresses_are_those_of_durable_functions()
    {
        var json = JsonSerializer.Serialize(ManagementPayload.For(Request(), "run 1", "Hub", "Storage", "k=1"), ManagementApi.Json);
        const string instance = "https://host:7071/base/runtime/webhooks/durabletask/instances/run%201";
        const string query = "taskHub=Hub&connection=Storage&code=k%3D1";
        Assert.Equal(
            "{\"id\":\"run 1\""
            + $",\"statusQueryGetUri\":\"{instance}?{query}\""
            + $",\"sendEventPostUri\":\"{instance}/raiseEvent/{{eventName}}?{query}\""
            + $",\"terminatePostUri\":\"{instance}/terminate?reason={{text}}&{query}\""
            + $",\"purgeHistoryDeleteUri\":\"{instance}?{query}\""
            + $",\"restartPostUri\":\"{instance}/restart?{query}\""
            + $",\"suspendPostUri\":\"{instance}/suspend?reason={{text}}&{query}\""
            + $",\"resumePostUri\":\"{instance}/resume?reason={{text}}&{query}\"}}",
            json);
    }

    [Fact]
    public void Nothing_set_leaves_no_empty_queries()
    {
        var payload = ManagementPayload.For(Request(), "a");
        Assert.Equal("https://host:7071/base/runtime/webhooks/durabletask/instances/a", payload.StatusQueryGetUri);
        Assert.Equal("https://host:7071/base/runtime/webhooks/durabletask/instances/a/restart", payload.RestartPostUri);
        Assert.Equal("https://host:7071/base/runtime/webhooks/durabletask/instances/a/terminate?reason={text}", payload.TerminatePostUri);
    }

    private static HttpRequest Request()
    {
        var request = new DefaultHttpContext().Request;
        request.Scheme = "https";
        request.Host = new HostString("host", 7071);
        request.PathBase = "/base";
        request.Path = "/api/x";
        return request;
    }
}
