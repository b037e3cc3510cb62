using System.Net;
using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.LocalHost.Tests.Http;

namespace Orchestrator.LocalHost.Tests.Management;

public sealed class ControlOperationsTests : ManagementTest
{
    [Theory]
    [InlineData("/raiseEvent/e")]
    [InlineData("/terminate")]
    [InlineData("/suspend")]
    [InlineData("/resume")]
    public async Task Finished_instance_is_answered_with_410(string operation)
    {
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
#pragma warning disable CS0618 // other clients than ours may still answer Canceled
        foreach (var status in (OrchestrationRuntimeStatus[])
            [
                OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated,
                OrchestrationRuntimeStatus.Canceled,
            ])
#pragma warning restore CS0618
        {
            Has(Instance("a", status));
            var response = await SendAsync(web, "POST", "/instances/a" + operation, "{}");
            Assert.Equal($"The instance 'a' is finished: {status}.", await response.IsProblemAsync(HttpStatusCode.Gone, "gone"));
        }
    }

    [Fact]
    public async Task Terminate_suspend_and_resume_pass_the_reason_on()
    {
        Has(Instance("a", OrchestrationRuntimeStatus.Running));
        Client.Setup(c => c.TerminateInstanceAsync("a", It.IsAny<TerminateInstanceOptions?>(), It.IsAny<CancellationToken>()))
            .Returns(Task.CompletedTask);
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        foreach (var operation in (string[])["terminate", "suspend", "resume"])
        {
            var response = await SendAsync(web, "POST", $"/instances/a/{operation}?reason=because%20so&taskHub=h");
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            Assert.Empty(await response.Content.ReadAsStringAsync());
        }

        Client.Verify(
            c => c.TerminateInstanceAsync("a", new TerminateInstanceOptions("because so", false), It.IsAny<CancellationToken>()), Times.Once);
        Client.Verify(c => c.SuspendInstanceAsync("a", "because so", It.IsAny<CancellationToken>()), Times.Once);
        Client.Verify(c => c.ResumeInstanceAsync("a", "because so", It.IsAny<CancellationToken>()), Times.Once);
    }

    [Theory]
    [InlineData("""{"a":[1]}""", "application/json", """{"a":[1]}""")]
    [InlineData("7", "application/json; charset=utf-8", "7")]
    [InlineData("null", "application/json", null)]
    [InlineData("", "application/json", null)]
    public async Task Event_payload_is_passed_on_as_json(string body, string mediaType, string? expected)
    {
        Has(Instance("a", OrchestrationRuntimeStatus.Running));
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(web, "POST", "/instances/a/raiseEvent/My%20event", body, mediaType)).StatusCode);
        Client.Verify(
            c => c.RaiseEventAsync("a", "My event", It.Is<object?>(payload => IsJson(payload, expected)), It.IsAny<CancellationToken>()), Times.Once);
    }

    [Fact]
    public async Task Rewind_is_answered_with_501_and_what_to_do_instead_in_every_state()
    {
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        OrchestrationRuntimeStatus[] states =
            [OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Running];
        foreach (var status in states)
        {
            Has(Instance("a", status));
            var response = await SendAsync(web, "POST", "/instances/a/rewind?reason=x");
            Assert.EndsWith(
                "Use the resume operation of the application instead.", await response.IsProblemAsync(HttpStatusCode.NotImplemented, "notSupported"),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{}", "", "An event's payload must be sent as application/json, not as ''.")]
    [InlineData("{}", "text/plain", "An event's payload must be sent as application/json, not as 'text/plain")]
    [InlineData("{", "application/json", "The body is not JSON: ")]
    public async Task Event_that_is_not_json_is_answered_with_400(string body, string mediaType, string expected)
    {
        Has(Instance("a", OrchestrationRuntimeStatus.Running));
        await using var web = await TestWeb.OfManagementAsync(Client.Object);
        var response = await SendAsync(web, "POST", "/instances/a/raiseEvent/e", body, mediaType);
        Assert.StartsWith(expected, await response.IsProblemAsync(HttpStatusCode.BadRequest, "badRequest"), StringComparison.Ordinal);
    }
}
