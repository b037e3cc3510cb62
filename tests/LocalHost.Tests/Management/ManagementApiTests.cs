using System.Net;
using System.Text;
using System.Text.Json;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Management;
using Orchestrator.LocalHost.Tests.Http;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Management;

/// <summary>Codes, headers and bodies, against a client that answers what the test says.</summary>
public sealed class ManagementApiTests
{
    private const string Base = "/runtime/webhooks/durabletask";

    private readonly Mock<DurableTaskClient> _client = new("hub");

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Running, "", 202)]
    [InlineData(OrchestrationRuntimeStatus.Pending, "", 202)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, "", 202)]
    [InlineData(OrchestrationRuntimeStatus.Completed, "", 200)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, "", 200)]
    [InlineData(OrchestrationRuntimeStatus.Failed, "", 200)]
    [InlineData(OrchestrationRuntimeStatus.Failed, "?returnInternalServerErrorOnFailure=false", 200)]
    [InlineData(OrchestrationRuntimeStatus.Failed, "?returnInternalServerErrorOnFailure=true", 500)]
    [InlineData(OrchestrationRuntimeStatus.Completed, "?returnInternalServerErrorOnFailure=true", 200)]
    public async Task Status_code_tells_whether_the_instance_goes_on(OrchestrationRuntimeStatus status, string query, int code)
    {
        Has(Instance("a", status));
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        var response = await web.Client.GetAsync($"{Base}/instances/a{query}");
        Assert.Equal(code, (int)response.StatusCode);
        Assert.Equal(code == 202 ? $"http://localhost{Base}/instances/a{query}" : null, response.Headers.Location?.OriginalString);
        Assert.Equal(code == 202 ? TimeSpan.FromSeconds(5) : null, response.Headers.RetryAfter?.Delta);
        Assert.Equal(status.ToString(), (await JsonAsync(response)).GetProperty("runtimeStatus").GetString());
    }

    [Theory]
    [InlineData("", """{"x":1}""")]
    [InlineData("?showInput=false", "null")]
    [InlineData("?showHistory=true&showHistoryOutput=true", """{"x":1}""")]
    public async Task Status_body_has_the_names_of_durable_functions(string query, string input)
    {
        Has(Instance("a", OrchestrationRuntimeStatus.Completed));
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
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
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        var body = await JsonAsync(await web.Client.GetAsync($"{Base}/instances/a"));
        Assert.Equal("My.Exception: it broke", body.GetProperty("output").GetString());
        Assert.Equal("not JSON", body.GetProperty("customStatus").GetString());
        Assert.Equal(JsonValueKind.Null, body.GetProperty("input").ValueKind);
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/raiseEvent/e")]
    [InlineData("POST", "/terminate?reason=x")]
    [InlineData("POST", "/suspend")]
    [InlineData("POST", "/resume")]
    public async Task Unknown_instance_is_answered_with_404(string method, string operation)
    {
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        var response = await SendAsync(web, method, $"/instances/nobody{operation}", "{}");
        Assert.Equal("There is no instance 'nobody'.", await response.IsProblemAsync(HttpStatusCode.NotFound, "notFound"));
    }

    [Theory]
    [InlineData("/raiseEvent/e")]
    [InlineData("/terminate")]
    [InlineData("/suspend")]
    [InlineData("/resume")]
    public async Task Finished_instance_is_answered_with_410(string operation)
    {
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        foreach (var status in (OrchestrationRuntimeStatus[])[OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated])
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
        _client.Setup(c => c.TerminateInstanceAsync("a", It.IsAny<TerminateInstanceOptions?>(), It.IsAny<CancellationToken>())).Returns(Task.CompletedTask);
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        foreach (var operation in (string[])["terminate", "suspend", "resume"])
        {
            var response = await SendAsync(web, "POST", $"/instances/a/{operation}?reason=because%20so&taskHub=h");
            Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
            Assert.Empty(await response.Content.ReadAsStringAsync());
        }

        _client.Verify(c => c.TerminateInstanceAsync("a", new TerminateInstanceOptions("because so", false), It.IsAny<CancellationToken>()), Times.Once);
        _client.Verify(c => c.SuspendInstanceAsync("a", "because so", It.IsAny<CancellationToken>()), Times.Once);
        _client.Verify(c => c.ResumeInstanceAsync("a", "because so", It.IsAny<CancellationToken>()), Times.Once);
    }

    [Theory]
    [InlineData("""{"a":[1]}""", "application/json", """{"a":[1]}""")]
    [InlineData("7", "application/json; charset=utf-8", "7")]
    [InlineData("null", "application/json", null)]
    [InlineData("", "application/json", null)]
    public async Task Event_payload_is_passed_on_as_json(string body, string mediaType, string? expected)
    {
        Has(Instance("a", OrchestrationRuntimeStatus.Running));
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(web, "POST", "/instances/a/raiseEvent/My%20event", body, mediaType)).StatusCode);
        _client.Verify(c => c.RaiseEventAsync("a", "My event", It.Is<object?>(payload => IsJson(payload, expected)), It.IsAny<CancellationToken>()), Times.Once);
    }

    [Theory]
    [InlineData("{}", "text/plain", "An event's payload must be sent as application/json, not as 'text/plain")]
    [InlineData("{", "application/json", "The body is not JSON: ")]
    public async Task Event_that_is_not_json_is_answered_with_400(string body, string mediaType, string expected)
    {
        Has(Instance("a", OrchestrationRuntimeStatus.Running));
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        var response = await SendAsync(web, "POST", "/instances/a/raiseEvent/e", body, mediaType);
        Assert.StartsWith(expected, await response.IsProblemAsync(HttpStatusCode.BadRequest, "badRequest"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_passes_the_filter_on_and_pages_by_header()
    {
        OrchestrationQuery? asked = null;
        _client.Setup(c => c.GetAllInstancesAsync(It.IsAny<OrchestrationQuery?>()))
            .Callback((OrchestrationQuery? query) => asked = query)
            .Returns(Pageable.Create((token, size, _) => Task.FromResult(
                new Page<OrchestrationMetadata>([Instance($"{token}-{size}", OrchestrationRuntimeStatus.Running)], token is "t" ? null : "next"))));
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        const string path = "/instances?createdTimeFrom=2030-01-01T00:00:00%2B01:00&createdTimeTo=2030-02-01&runtimeStatus=Running,failed&runtimeStatus=Pending&top=7&instanceIdPrefix=p&showInput=false";
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

    [Theory]
    [InlineData("GET", "/instances?top=0", "The query parameter 'top' is '0'; it must be a whole number from 1.")]
    [InlineData("GET", "/instances?runtimeStatus=Running,3", "The query parameter 'runtimeStatus' is '3'; it must be one of Running, ")]
    [InlineData("GET", "/instances?createdTimeFrom=soon", "The query parameter 'createdTimeFrom' is 'soon'; it must be a time")]
    [InlineData("GET", "/instances/a?showInput=perhaps", "The query parameter 'showInput' is 'perhaps'; it must be true or false.")]
    [InlineData("DELETE", "/instances", "Please provide value for 'createdTimeFrom' parameter")]
    [InlineData("DELETE", "/instances?createdTimeFrom=2030-01-01&runtimeStatus=Faild", "The query parameter 'runtimeStatus' is 'Faild'")]
    [InlineData("POST", "/orchestrators/Flow?timeout=-1&pollingInterval=1", "The query parameter 'timeout' is '-1'; it must be a number of seconds from 0 to 86400.")]
    [InlineData("POST", "/orchestrators/Flow?timeout=1&pollingInterval=2", "The query parameter 'timeout' must not be less than 'pollingInterval'.")]
    public async Task Wrong_query_is_answered_with_400(string method, string path, string expected)
    {
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        var response = await SendAsync(web, method, path);
        Assert.StartsWith(expected, await response.IsProblemAsync(HttpStatusCode.BadRequest, "badRequest"), StringComparison.Ordinal);
        _client.Verify(c => c.PurgeAllInstancesAsync(It.IsAny<PurgeInstancesFilter>(), It.IsAny<PurgeInstanceOptions?>(), It.IsAny<CancellationToken>()), Times.Never);
    }

    [Fact]
    public async Task Purge_of_one_says_how_many_were_deleted()
    {
        Has(Instance("a", OrchestrationRuntimeStatus.Completed));
        _client.Setup(c => c.PurgeInstanceAsync("a", It.IsAny<PurgeInstanceOptions?>(), It.IsAny<CancellationToken>())).ReturnsAsync(new PurgeResult(1));
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
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
        _client.Setup(c => c.PurgeAllInstancesAsync(It.IsAny<PurgeInstancesFilter>(), It.IsAny<PurgeInstanceOptions?>(), It.IsAny<CancellationToken>()))
            .Callback((PurgeInstancesFilter filter, PurgeInstanceOptions? _, CancellationToken _) => asked = filter)
            .ReturnsAsync(new PurgeResult(count));
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        var response = await SendAsync(web, "DELETE", "/instances?createdTimeFrom=2030-01-01T00:00:00Z&runtimeStatus=Failed");
        Assert.Equal(status, response.StatusCode);
        Assert.Equal([OrchestrationRuntimeStatus.Failed], asked!.Statuses!);
        Assert.Null(asked.CreatedTo);
        if (count > 0)
        {
            Assert.Equal("""{"instancesDeleted":3}""", await response.Content.ReadAsStringAsync());
        }
    }

    [Theory]
    [InlineData("/orchestrators/Flow", null)]
    [InlineData("/orchestrators/flow/my%20id", "my id")]
    public async Task Start_is_answered_with_202_and_where_to_go_on(string path, string? wanted)
    {
        _client.Setup(c => c.ScheduleNewOrchestrationInstanceAsync(It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync((TaskName _, object? _, StartOrchestrationOptions? options, CancellationToken _) => options?.InstanceId ?? "made up");
        await using var web = await TestWeb.OfManagementAsync(
            _client.Object, new ManagementOptions { HubName = "Hub", Orchestrators = ["Flow"], Access = AccessPolicy.WithKey("k") });
        var response = await SendAsync(web, "POST", path + "?code=k", """{"a":1}""");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), response.Headers.RetryAfter!.Delta);
        var body = await JsonAsync(response);
        Assert.Equal(wanted ?? "made up", body.GetProperty("id").GetString());
        var status = body.GetProperty("statusQueryGetUri").GetString();
        Assert.Equal($"http://localhost{Base}/instances/{Uri.EscapeDataString(wanted ?? "made up")}?taskHub=Hub&code=k", status);
        Assert.Equal(status, response.Headers.Location!.OriginalString);
        _client.Verify(
            c => c.ScheduleNewOrchestrationInstanceAsync(
                It.IsAny<TaskName>(), It.Is<object?>(input => IsJson(input, """{"a":1}""")), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()),
            Times.Once);
    }

    [Fact]
    public async Task Start_of_an_unknown_orchestrator_or_with_bad_json_is_answered_with_400()
    {
        await using var web = await TestWeb.OfManagementAsync(_client.Object, new ManagementOptions { Orchestrators = ["Flow", "Another"] });
        var response = await SendAsync(web, "POST", "/orchestrators/Nope");
        Assert.Equal("There is no orchestrator 'Nope'; there are: Another, Flow.", await response.IsProblemAsync(HttpStatusCode.BadRequest, "badRequest"));
        response = await SendAsync(web, "POST", "/orchestrators/Flow", "{]");
        Assert.StartsWith("The body is not JSON: ", await response.IsProblemAsync(HttpStatusCode.BadRequest, "badRequest"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_under_an_id_in_use_is_answered_with_409()
    {
        _client.Setup(c => c.ScheduleNewOrchestrationInstanceAsync(It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
            .ThrowsAsync(new OrchestrationAlreadyExistsException("it runs"));
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        Assert.Equal("it runs", await (await SendAsync(web, "POST", "/orchestrators/Flow/a")).IsProblemAsync(HttpStatusCode.Conflict, "conflict"));
    }

    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Completed, HttpStatusCode.OK, "[1,2]")]
    [InlineData(OrchestrationRuntimeStatus.Failed, HttpStatusCode.OK, "\"runtimeStatus\":\"Failed\"")]
    [InlineData(OrchestrationRuntimeStatus.Terminated, HttpStatusCode.OK, "\"runtimeStatus\":\"Terminated\"")]
    public async Task Start_that_waits_answers_with_the_end(OrchestrationRuntimeStatus status, HttpStatusCode code, string expected)
    {
        Starts("a");
        _client.Setup(c => c.WaitForInstanceCompletionAsync("a", true, It.IsAny<CancellationToken>())).ReturnsAsync(Instance("a", status));
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        var response = await SendAsync(web, "POST", "/orchestrators/Flow?timeout=30&pollingInterval=0.5");
        Assert.Equal(code, response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_that_waits_in_vain_is_answered_with_202()
    {
        Starts("a");
        _client.Setup(c => c.WaitForInstanceCompletionAsync("a", true, It.IsAny<CancellationToken>()))
            .Returns(async (string _, bool _, CancellationToken cancellation) => await new TaskCompletionSource<OrchestrationMetadata>().Task.WaitAsync(cancellation));
        var time = new FakeTimeProvider();
        await using var web = await TestWeb.OfManagementAsync(_client.Object, new ManagementOptions { Time = time });
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
        _client.Setup(c => c.RestartAsync("a", withNewId, It.IsAny<CancellationToken>())).ReturnsAsync("b");
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        var response = await SendAsync(web, "POST", "/instances/a/restart" + query);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal($"http://localhost{Base}/instances/b", response.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task Restart_of_an_unknown_instance_is_answered_with_400_and_of_a_running_one_with_409()
    {
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        await (await SendAsync(web, "POST", "/instances/nobody/restart")).IsProblemAsync(HttpStatusCode.BadRequest, "badRequest");
        Has(Instance("a", OrchestrationRuntimeStatus.Running));
        _client.Setup(c => c.RestartAsync("a", false, It.IsAny<CancellationToken>())).ThrowsAsync(new InvalidOperationException("it runs"));
        var response = await SendAsync(web, "POST", "/instances/a/restart?restartWithNewInstanceId=false");
        Assert.Equal("it runs", await response.IsProblemAsync(HttpStatusCode.Conflict, "conflict"));
    }

    [Theory]
    [InlineData("POST", "/instances/a/rewind?reason=x", "Use the resume operation of the application instead.")]
    [InlineData("GET", "/entities/counter/1", "Durable entities are not supported")]
    [InlineData("POST", "/entities/counter/1?op=add", "Durable entities are not supported")]
    [InlineData("GET", "/entities", "Durable entities are not supported")]
    public async Task Unsupported_operation_is_answered_with_501(string method, string path, string expected)
    {
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
        Assert.Contains(expected, await (await SendAsync(web, method, path)).IsProblemAsync(HttpStatusCode.NotImplemented, "notSupported"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failing_client_is_answered_with_its_kind_of_error()
    {
        await using var web = await TestWeb.OfManagementAsync(_client.Object);
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
    public async Task Key_is_needed_for_everything()
    {
        await using var web = await TestWeb.OfManagementAsync(_client.Object, new ManagementOptions { Access = AccessPolicy.WithKey("k") });
        await (await SendAsync(web, "GET", "/instances")).IsProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        await (await SendAsync(web, "POST", "/orchestrators/Flow?code=x")).IsProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
    }

    private static OrchestrationMetadata Instance(string id, OrchestrationRuntimeStatus status) => new("Flow", id)
    {
        RuntimeStatus = status,
        CreatedAt = new DateTimeOffset(2030, 1, 1, 0, 0, 1, 900, TimeSpan.Zero),
        LastUpdatedAt = new DateTimeOffset(2030, 1, 1, 1, 0, 2, TimeSpan.FromHours(1)),
        SerializedInput = """{ "x": 1 }""",
        SerializedOutput = "[1,2]",
        SerializedCustomStatus = "\"busy\"",
    };

    private static bool IsJson(object? value, string? expected) =>
        expected is null ? value is null : JsonElement.DeepEquals(JsonSerializer.SerializeToElement(value), JsonElement.Parse(expected));

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        return JsonElement.Parse(await response.Content.ReadAsStringAsync());
    }

    private static async Task<HttpResponseMessage> SendAsync(TestWeb web, string method, string path, string? body = null, string mediaType = "application/json")
    {
        var request = new HttpRequestMessage(new HttpMethod(method), Base + path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        return await web.Client.SendAsync(request);
    }

    private void Has(OrchestrationMetadata instance) => _client
        .Setup(c => c.GetInstanceAsync(instance.InstanceId, It.IsAny<bool>(), It.IsAny<CancellationToken>())).ReturnsAsync(instance);

    private void Fails(Exception problem) => _client
        .Setup(c => c.GetInstanceAsync(It.IsAny<string>(), It.IsAny<bool>(), It.IsAny<CancellationToken>())).ThrowsAsync(problem);

    private void Starts(string id) => _client
        .Setup(c => c.ScheduleNewOrchestrationInstanceAsync(It.IsAny<TaskName>(), It.IsAny<object?>(), It.IsAny<StartOrchestrationOptions?>(), It.IsAny<CancellationToken>()))
        .ReturnsAsync(id);
}
