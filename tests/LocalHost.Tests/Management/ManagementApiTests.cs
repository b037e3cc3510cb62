using System.Net;
using System.Text.RegularExpressions;
using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Management;
using Orchestrator.LocalHost.Tests.Http;

namespace Orchestrator.LocalHost.Tests.Management;

public sealed class ManagementApiTests : ManagementTest
{
    [Theory]
    [InlineData("GET", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/raiseEvent/e")]
    [InlineData("POST", "/terminate?reason=x")]
    [InlineData("POST", "/suspend")]
    [InlineData("POST", "/resume")]
    [InlineData("POST", "/rewind")]
    public async Task Unknown_instance_is_answered_with_404(string method, string operation)
    {
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        var response = await SendAsync(web, method, $"/instances/nobody{operation}", "{}");
        Assert.Equal("There is no instance 'nobody'.", await response.IsProblemAsync(HttpStatusCode.NotFound, "notFound"));
    }

    [Theory]
    [InlineData("GET", "/instances?top=0", "The query parameter 'top' is '0'; it must be a whole number from 1.")]
    [InlineData("GET", "/instances?runtimeStatus=Running,3", "The query parameter 'runtimeStatus' is '3'; it must be one of Running, ")]
    [InlineData("GET", "/instances?createdTimeFrom=soon", "The query parameter 'createdTimeFrom' is 'soon'; it must be a time")]
    [InlineData("GET", "/instances/a?showInput=perhaps", "The query parameter 'showInput' is 'perhaps'; it must be true or false.")]
    [InlineData("DELETE", "/instances", "Please provide value for 'createdTimeFrom' parameter")]
    [InlineData("DELETE", "/instances?createdTimeFrom=2030-01-01&runtimeStatus=Faild", "The query parameter 'runtimeStatus' is 'Faild'")]
    [InlineData(
        "POST", "/orchestrators/Flow?timeout=-1&pollingInterval=1",
        "The query parameter 'timeout' is '-1'; it must be a number of seconds from 0 to 86400.")]
    [InlineData("POST", "/orchestrators/Flow?timeout=1&pollingInterval=2", "The query parameter 'timeout' must not be less than 'pollingInterval'.")]
    public async Task Wrong_query_is_answered_with_400(string method, string path, string expected)
    {
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        var response = await SendAsync(web, method, path);
        Assert.StartsWith(expected, await response.IsProblemAsync(HttpStatusCode.BadRequest, "badRequest"), StringComparison.Ordinal);
        Client.Verify(
            c => c.PurgeAllInstancesAsync(It.IsAny<PurgeInstancesFilter>(), It.IsAny<PurgeInstanceOptions?>(), It.IsAny<CancellationToken>()),
            Times.Never);
    }

    [Theory]
    [InlineData("GET", "/entities/counter/1", "Durable entities are not supported")]
    [InlineData("POST", "/entities/counter/1?op=add", "Durable entities are not supported")]
    [InlineData("DELETE", "/entities/counter/1", "Durable entities are not supported")]
    [InlineData("GET", "/entities/counter?fetchState=true&top=3", "Durable entities are not supported")]
    [InlineData("GET", "/instances/a?showHistory=true", "Leave 'showHistory' out.")]
    [InlineData("GET", "/entities", "Durable entities are not supported")]
    public async Task Unsupported_operation_is_answered_with_501(string method, string path, string expected)
    {
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        Has(Instance("a", OrchestrationRuntimeStatus.Running));
        Assert.Contains(
            expected, await (await SendAsync(web, method, path)).IsProblemAsync(HttpStatusCode.NotImplemented, "notSupported"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failing_client_is_answered_with_its_kind_of_error()
    {
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        Fails(new ArgumentException("bad id"));
        Assert.Equal("bad id", await (await SendAsync(web, "GET", "/instances/a")).IsProblemAsync(HttpStatusCode.BadRequest, "badRequest"));
        Fails(new NotSupportedException("not here"));
        Assert.Equal("not here", await (await SendAsync(web, "GET", "/instances/a")).IsProblemAsync(HttpStatusCode.NotImplemented, "notSupported"));
        Fails(new InvalidTimeZoneException("a secret"));
        var detail = await (await SendAsync(web, "GET", "/instances/a")).IsProblemAsync(HttpStatusCode.InternalServerError, "internal");
        Assert.DoesNotContain("secret", detail, StringComparison.Ordinal);
        Assert.Contains("GET /runtime/webhooks/durabletask/instances/a", Assert.Single(web.Log.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_are_those_of_the_documentation()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Orchestrator.sln")))
        {
            folder = folder.Parent;
        }

        var documented = File.ReadLines(Path.Combine(folder.FullName, "docs", "management-api.md"))
            .SelectMany(line => Regex.Matches(line, @"`((?:GET|POST|DELETE) /(?:[^`?]|\?(?=\}))*)").Select(match => match.Groups[1].Value));

        await using var web = await TestWeb.OfManagementAsync(Client.Object);

        Assert.Equal(
            web.Routes.Select(route => route.Replace(Base, "", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Key_is_needed_for_everything()
    {
        await using var web = await TestWeb.OfManagementAsync(Client.Object, new ManagementOptions { Access = AccessPolicy.WithKey("k") });
        await (await SendAsync(web, "GET", "/instances")).IsProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        await (await SendAsync(web, "POST", "/orchestrators/Flow?code=x")).IsProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }
}
