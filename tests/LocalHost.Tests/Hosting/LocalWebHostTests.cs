using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Management;
using Orchestrator.LocalHost.Tests.Http;

namespace Orchestrator.LocalHost.Tests.Hosting;

/// <summary>The whole host: functions on the durable runtime, behind a real socket.</summary>
public sealed class LocalWebHostTests : IAsyncLifetime
{
    private const string Base = ManagementPayload.BasePath;

    private readonly ServiceProvider _services = new ServiceCollection().AddLocalHttp().BuildServiceProvider();
    private readonly FunctionCatalog _functions = FunctionCatalog.Discover(typeof(Approvals));
    private readonly HttpClient _http = new() { Timeout = HostExtensions.Patience };
    private LocalDurableHost _durable = null!;

    public async Task InitializeAsync() => _durable = await LocalDurableHost.StartAsync(builder =>
    {
        builder.Services = _services;
        builder.AddFunctions(_functions);
    });

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _durable.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Free_port_is_taken_and_reported()
    {
        await using var web = await StartAsync();
        Assert.Equal("127.0.0.1", web.Address.Host);
        Assert.NotEqual(0, web.Address.Port);
        Assert.Contains($"\tStart: [POST] http://127.0.0.1:{web.Address.Port}/api/approvals/{{who}}", web.Listing);
        Assert.Contains("\tApproval: orchestrationTrigger", web.Listing);
    }

    [Fact]
    public async Task Taken_port_is_named_with_a_remedy()
    {
        await using var web = await StartAsync();
        var problem = await Assert.ThrowsAsync<IOException>(() => StartAsync(new LocalWebHostOptions { Port = web.Address.Port }));
        Assert.StartsWith($"Cannot listen on 127.0.0.1, port {web.Address.Port}: ", problem.Message, StringComparison.Ordinal);
        Assert.EndsWith("Choose another port, or 0 for any free one.", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_address_needs_a_key()
    {
        var problem = await Assert.ThrowsAsync<ArgumentException>(() => StartAsync(new LocalWebHostOptions { Port = 0, Address = IPAddress.Any }));
        Assert.StartsWith("Listening on 0.0.0.0 needs a key", problem.Message, StringComparison.Ordinal);

        await using var web = await StartAsync(new LocalWebHostOptions { Port = 0, Address = IPAddress.Any, Key = "k" });
        Assert.Equal("localhost", web.Address.Host);
        var address = new UriBuilder(web.Address) { Host = "127.0.0.1", Path = "/api/approvals/Ada" }.Uri;
        await (await _http.PostAsync(address, null)).IsProblemAsync(HttpStatusCode.Unauthorized, "unauthorized");
        Assert.Equal(HttpStatusCode.Accepted, (await _http.PostAsync(address + "?code=k", null)).StatusCode);
    }

    [Fact]
    public async Task Missing_http_services_are_named_with_a_remedy()
    {
        await using var bare = new ServiceCollection().BuildServiceProvider();
        var problem = await Assert.ThrowsAsync<InvalidOperationException>(() => LocalWebHost.StartAsync(_functions, bare, _durable.Client));
        Assert.Contains("AddLocalHttp", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orchestration_is_started_and_finished_by_an_event_over_http()
    {
        await using var web = await StartAsync();
        var started = await _http.PostAsync(new Uri(web.Address, "api/approvals/Ada"), null);
        Assert.Equal(HttpStatusCode.Accepted, started.StatusCode);
        var payload = (await started.Content.ReadFromJsonAsync<ManagementPayload>())!;
        Assert.Equal(new Uri(web.Address, $"{Base}/instances/{payload.Id}").AbsoluteUri, payload.StatusQueryGetUri);

        Assert.Equal(HttpStatusCode.Accepted, (await _http.GetAsync(payload.StatusQueryGetUri)).StatusCode);
        var sent =
            await _http.PostAsync(payload.SendEventPostUri.Replace("{eventName}", "Approved", StringComparison.Ordinal), JsonContent.Create("yes"));
        Assert.Equal(HttpStatusCode.Accepted, sent.StatusCode);
        await _durable.EndOfAsync(payload.Id);

        var done = await _http.GetAsync(payload.StatusQueryGetUri);
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        var status = await done.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("Completed", status.GetProperty("runtimeStatus").GetString());
        Assert.Equal("ADA: yes", status.GetProperty("output").GetString());
        Assert.Equal("Ada", status.GetProperty("input").GetString());
        Assert.Equal("waiting", status.GetProperty("customStatus").GetString());

        Assert.Equal(HttpStatusCode.Gone, (await _http.PostAsync(payload.TerminatePostUri, null)).StatusCode);
        Assert.Equal("""{"instancesDeleted":1}""", await (await _http.DeleteAsync(payload.PurgeHistoryDeleteUri)).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync(payload.StatusQueryGetUri)).StatusCode);
    }

    [Fact]
    public async Task Instance_is_managed_over_http_from_start_to_restart()
    {
        await using var web = await StartAsync();
        var begun = await _http.PostAsJsonAsync(new Uri(web.Address, $"{Base}/orchestrators/approval/one"), "Alan");
        var payload = (await begun.Content.ReadFromJsonAsync<ManagementPayload>())!;
        Assert.Equal("one", payload.Id);
        Assert.Equal(
            HttpStatusCode.Conflict, (await _http.PostAsJsonAsync(new Uri(web.Address, $"{Base}/orchestrators/Approval/one"), "Alan")).StatusCode);

        Assert.Equal(HttpStatusCode.Accepted, (await _http.PostAsync(payload.SuspendPostUri, null)).StatusCode);
        Assert.Equal("Suspended", await StatusAsync(payload));
        Assert.Equal(HttpStatusCode.Accepted, (await _http.PostAsync(payload.ResumePostUri, null)).StatusCode);
        Assert.Equal("Running", await StatusAsync(payload));
        Assert.Equal(
            HttpStatusCode.Accepted,
            (await _http.PostAsync(payload.TerminatePostUri.Replace("{text}", "enough", StringComparison.Ordinal), null)).StatusCode);
        await _durable.EndOfAsync("one");
        var terminated = await _http.GetFromJsonAsync<JsonElement>(payload.StatusQueryGetUri);
        Assert.Equal("Terminated", terminated.GetProperty("runtimeStatus").GetString());
        Assert.Equal("enough", terminated.GetProperty("output").GetString());

        var restarted = await _http.PostAsync(payload.RestartPostUri + "?restartWithNewInstanceId=false", null);
        Assert.Equal(HttpStatusCode.Accepted, restarted.StatusCode);
        Assert.Equal("one", (await restarted.Content.ReadFromJsonAsync<ManagementPayload>())!.Id);
        Assert.Equal(HttpStatusCode.Conflict, (await _http.PostAsync(payload.RestartPostUri + "?restartWithNewInstanceId=false", null)).StatusCode);
    }

    [Fact]
    public async Task Start_that_waits_gets_the_output_or_the_failure()
    {
        await using var web = await StartAsync();
        var done = await _http.PostAsJsonAsync(new Uri(web.Address, $"{Base}/orchestrators/Shout?timeout=60&pollingInterval=1"), "hey");
        Assert.Equal(HttpStatusCode.OK, done.StatusCode);
        Assert.Equal("\"HEY\"", await done.Content.ReadAsStringAsync());
        var failed = await _http.PostAsync(
            new Uri(web.Address, $"{Base}/orchestrators/Shout?timeout=60&pollingInterval=1&returnInternalServerErrorOnFailure=true"), null);
        Assert.Equal(HttpStatusCode.InternalServerError, failed.StatusCode);
        Assert.Equal("Failed", (await failed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("runtimeStatus").GetString());
    }

    [Fact]
    public async Task Instances_are_listed_in_pages_and_purged_by_filter()
    {
        await using var web = await StartAsync();
        foreach (var id in (string[])["a-1", "a-2", "a-3", "b-1"])
        {
            await _durable.RunAsync("Shout", "x", id);
        }

        var first = await _http.GetAsync(new Uri(web.Address, $"{Base}/instances?instanceIdPrefix=a-&top=2&runtimeStatus=Completed"));
        Assert.Equal(2, (await first.Content.ReadFromJsonAsync<JsonElement>()).GetArrayLength());
        var next = new HttpRequestMessage(HttpMethod.Get, first.RequestMessage!.RequestUri);
        next.Headers.Add("x-ms-continuation-token", first.Headers.GetValues("x-ms-continuation-token"));
        var second = await _http.SendAsync(next);
        Assert.Equal(
            "a-3", Assert.Single((await second.Content.ReadFromJsonAsync<JsonElement>()).EnumerateArray()).GetProperty("instanceId").GetString());
        Assert.False(second.Headers.Contains("x-ms-continuation-token"));

        var purge = new Uri(web.Address, $"{Base}/instances?createdTimeFrom=2000-01-01T00:00:00Z&runtimeStatus=Completed,Failed");
        Assert.Equal("""{"instancesDeleted":4}""", await (await _http.DeleteAsync(purge)).Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await _http.DeleteAsync(purge)).StatusCode);
    }

    [Fact]
    public async Task Stop_tells_running_requests_and_ends_them()
    {
        Approvals.Listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var web = await StartAsync(new LocalWebHostOptions { Port = 0, StopTimeout = HostExtensions.Patience });
        using var response = await _http.GetAsync(new Uri(web.Address, "api/listen"), HttpCompletionOption.ResponseHeadersRead);
        await using var stream = await response.Content.ReadAsStreamAsync();
        using var reader = new StreamReader(stream);
        Assert.Equal("hello", await reader.ReadLineAsync());
        await web.StopAsync().WaitAsync(HostExtensions.Patience);
        Assert.Equal("bye", await reader.ReadLineAsync());
        await web.StopAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => _http.GetAsync(web.Address));
    }

    private Task<LocalWebHost> StartAsync(LocalWebHostOptions? options = null) =>
        LocalWebHost.StartAsync(_functions, _services, _durable.Client, options ?? new LocalWebHostOptions { Port = 0 });

    private async Task<string?> StatusAsync(ManagementPayload payload) =>
        (await _http.GetFromJsonAsync<JsonElement>(payload.StatusQueryGetUri)).GetProperty("runtimeStatus").GetString();

    public static class Approvals
    {
        public static TaskCompletionSource Listening { get; set; } = new();

        [Function("Start")]
        public static async Task<IResult> StartAsync(
            [HttpTrigger(AuthorizationLevel.Function, "post", Route = "approvals/{who}")] HttpRequest request,
            string who,
            [DurableClient] DurableTaskClient client,
            CancellationToken cancellation)
        {
            var id = await client.ScheduleNewOrchestrationInstanceAsync("Approval", who, cancellation);
            await client.WaitForInstanceStartAsync(id, cancellation);
            return Results.Json(ManagementPayload.For(request, id), statusCode: StatusCodes.Status202Accepted);
        }

        [Function("Approval")]
        public static async Task<string> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context, string who)
        {
            context.SetCustomStatus("waiting");
            var answer = await context.WaitForExternalEvent<string>("Approved");
            return $"{await context.CallActivityAsync<string>("Upper", who)}: {answer}";
        }

        [Function("Shout")]
        public static Task<string> ShoutAsync([OrchestrationTrigger] TaskOrchestrationContext context, string text) =>
            context.CallActivityAsync<string>("Upper", text);

        [Function("Upper")]
        public static string Upper([ActivityTrigger] string text) => text.ToUpperInvariant();

        [Function("Listen")]
        public static async Task ListenAsync(
            [HttpTrigger(AuthorizationLevel.Function, "get", Route = "listen")] HttpRequest request, CancellationToken cancellation)
        {
            var response = request.HttpContext.Response;
            await response.WriteAsync("hello\n", CancellationToken.None);
            await response.Body.FlushAsync(CancellationToken.None);
            await using var registration = cancellation.Register(Listening.SetResult);
            await Listening.Task;
            await response.WriteAsync("bye\n", CancellationToken.None);
        }
    }
}
