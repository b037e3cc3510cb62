using System.Net;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Management;
using Orchestrator.LocalHost.Tests.Http;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Management;

public sealed class StartOperationsTests : ManagementTest
{
    [Theory]
    [InlineData("/orchestrators/Flow", null)]
    [InlineData("/orchestrators/flow/my%20id", "my id")]
    public async Task Start_is_answered_with_202_and_where_to_go_on(string path, string? wanted)
    {
        Client.Setup(c => c.ScheduleNewOrchestrationInstanceAsync(
            It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((TaskName _, object? _, StartOrchestrationOptions? options, CancellationToken _) => options?.InstanceId ?? "made up");
        await using var web = await TestWeb.OfManagementAsync(
            Client.Object, new ManagementOptions { HubName = "Hub", Orchestrators = ["Flow"], Access = AccessPolicy.WithKey("k") });
        var response = await SendAsync(web, "POST", path + "?code=k", """{"a":1}""");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), response.Headers.RetryAfter!.Delta);
        var body = await JsonAsync(response);
        Assert.Equal(wanted ?? "made up", body.GetProperty("id").GetString());
        var status = body.GetProperty("statusQueryGetUri").GetString();
        Assert.Equal($"{web.Address}{Base}/instances/{Uri.EscapeDataString(wanted ?? "made up")}?taskHub=Hub&code=k", status);
        Assert.Equal(status, response.Headers.Location!.OriginalString);
        Client.Verify(
            c => c.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.Is<object?>(input => IsJson(input, """{"a":1}""")), It.IsAny<StartOrchestrationOptions?>(),
                It.IsAny<CancellationToken>()),
            Times.Once);
    }

    [Fact]
    public async Task Start_of_an_unknown_orchestrator_or_with_bad_json_is_answered_with_400()
    {
        await using var web = await TestWeb.OfManagementAsync(Client.Object, new ManagementOptions { Orchestrators = ["Flow", "Another"] });
        var response = await SendAsync(web, "POST", "/orchestrators/Nope");
        Assert.Equal(
            "There is no orchestrator 'Nope'; there are: Another, Flow.", await response.IsProblemAsync(HttpStatusCode.BadRequest, "badRequest"));
        response = await SendAsync(web, "POST", "/orchestrators/Flow", "{]");
        Assert.StartsWith("The body is not JSON: ", await response.IsProblemAsync(HttpStatusCode.BadRequest, "badRequest"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_under_an_id_in_use_is_answered_with_409()
    {
        Client.Setup(c => c.ScheduleNewOrchestrationInstanceAsync(
            It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new OrchestrationAlreadyExistsException("it runs"));
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        Assert.Equal("it runs", await (await SendAsync(web, "POST", "/orchestrators/Flow/a")).IsProblemAsync(HttpStatusCode.Conflict, "conflict"));
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Completed, HttpStatusCode.OK, "[1,2]")]
    [InlineData(OrchestrationRuntimeStatus.Failed, HttpStatusCode.OK, "\"runtimeStatus\":\"Failed\"")]
    [InlineData(OrchestrationRuntimeStatus.Terminated, HttpStatusCode.OK, "\"runtimeStatus\":\"Terminated\"")]
#pragma warning disable CS0618 // other clients than ours may still answer it
    [InlineData(OrchestrationRuntimeStatus.Canceled, HttpStatusCode.OK, "\"runtimeStatus\":\"Canceled\"")]
#pragma warning restore CS0618
    public async Task Start_that_waits_answers_with_the_end(OrchestrationRuntimeStatus status, HttpStatusCode code, string expected)
    {
        Starts("a");
        Client.Setup(c => c.WaitForInstanceCompletionAsync("a", true, It.IsAny<CancellationToken>())).ReturnsAsync(Instance("a", status));
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        var response = await SendAsync(web, "POST", "/orchestrators/Flow?timeout=30&pollingInterval=0.5");
        Assert.Equal(code, response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("timeout=30")]
    [InlineData("pollingInterval=1")]
    public async Task Start_with_only_one_of_timeout_and_interval_does_not_wait(string query)
    {
        Starts("a");
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(web, "POST", "/orchestrators/Flow?" + query)).StatusCode);
        Client.Verify(c => c.WaitForInstanceCompletionAsync(It.IsAny<string>(), It.IsAny<bool>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Fact]
    public async Task Failure_is_500_for_a_start_that_waits_when_that_is_asked_for()
    {
        Starts("a");
        Client.Setup(c => c.WaitForInstanceCompletionAsync("a", true, It.IsAny<CancellationToken>()))
            .ReturnsAsync(Instance("a", OrchestrationRuntimeStatus.Failed));
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        var response = await SendAsync(web, "POST", "/orchestrators/Flow?timeout=30&pollingInterval=1&returnInternalServerErrorOnFailure=true");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("Failed", (await JsonAsync(response)).GetProperty("runtimeStatus").GetString());
    }

    [Fact]
    public async Task Start_that_waits_in_vain_is_answered_with_202()
    {
        Starts("a");
        Client.Setup(c => c.WaitForInstanceCompletionAsync("a", true, It.IsAny<CancellationToken>()))
            .Returns(async (string _, bool _, CancellationToken cancellation) =>
                await new TaskCompletionSource<OrchestrationMetadata>().Task.WaitAsync(cancellation));
        var time = new SteppedTimeProvider();
        await using var web = await TestWeb.OfManagementAsync(Client.Object, new ManagementOptions { Time = time });
        var request = SendAsync(web, "POST", "/orchestrators/Flow?timeout=30&pollingInterval=1");
        await time.WhenTimersAsync();
        time.Advance(TimeSpan.FromSeconds(30));
        var response = await request;
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("a", (await JsonAsync(response)).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("?restartWithNewInstanceId=true", true)]
    [InlineData("?restartWithNewInstanceId=false", false)]
    public async Task Restart_is_answered_as_a_start(string query, bool withNewId)
    {
        Has(Instance("a", OrchestrationRuntimeStatus.Completed));
        Client.Setup(c => c.RestartAsync("a", withNewId, It.IsAny<CancellationToken>())).ReturnsAsync("b");
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        var response = await SendAsync(web, "POST", "/instances/a/restart" + query);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"{web.Address}{Base}/instances/b", response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Restart_that_waits_answers_with_the_output()
    {
        Has(Instance("a", OrchestrationRuntimeStatus.Completed));
        Client.Setup(c => c.RestartAsync("a", true, It.IsAny<CancellationToken>())).ReturnsAsync("b");
        Client.Setup(c => c.WaitForInstanceCompletionAsync("b", true, It.IsAny<CancellationToken>()))
            .ReturnsAsync(Instance("b", OrchestrationRuntimeStatus.Completed));
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        var response = await SendAsync(web, "POST", "/instances/a/restart?timeout=30&pollingInterval=1");
        Assert.Equal((HttpStatusCode.OK, "[1,2]"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Restart_of_an_unknown_instance_is_answered_with_400_and_of_a_running_one_with_409()
    {
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        await (await SendAsync(web, "POST", "/instances/nobody/restart")).IsProblemAsync(HttpStatusCode.BadRequest, "badRequest");
        Has(Instance("a", OrchestrationRuntimeStatus.Running));
        Client.Setup(c => c.RestartAsync("a", false, It.IsAny<CancellationToken>())).ThrowsAsync(new InvalidOperationException("it runs"));
        var response = await SendAsync(web, "POST", "/instances/a/restart?restartWithNewInstanceId=false");
        Assert.Equal("it runs", await response.IsProblemAsync(HttpStatusCode.Conflict, "conflict"));
    }
}
