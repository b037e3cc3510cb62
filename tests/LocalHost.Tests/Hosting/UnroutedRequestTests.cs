using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.Http;
using Orchestrator.LocalHost.Management;
using Orchestrator.LocalHost.Tests.Http;

namespace Orchestrator.LocalHost.Tests.Hosting;

/// <summary>Requests that reach no function: the answers of the router and of the web server.</summary>
public sealed class UnroutedRequestTests : IAsyncLifetime
{
    private readonly ServiceProvider _services = new ServiceCollection().AddLocalHttp().BuildServiceProvider();
    private readonly HttpClient _http = new() { Timeout = HostExtensions.Patience };
    private LocalWebHost _web = null!;

    public async Task InitializeAsync() => _web = await LocalWebHost.StartAsync(
        FunctionCatalog.Discover(typeof(Items)), _services, TestWeb.NoClient, new LocalWebHostOptions { Port = 0 });

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _web.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Unknown_path_is_answered_with_problem_details() =>
        Assert.Equal("Nothing answers GET /nowhere.", await (await SendAsync("GET", "nowhere")).IsProblemAsync(HttpStatusCode.NotFound, "notFound"));

    [Theory]
    [InlineData("DELETE", "/api/items", "GET", "POST")]
    [InlineData("OPTIONS", "/api/items", "GET", "POST")]
    [InlineData("PUT", ManagementPayload.BasePath + "/instances/i", "DELETE", "GET")]
    public async Task Other_method_is_answered_with_problem_details_and_the_allowed_methods(string method, string path, params string[] allowed)
    {
        var answer = await SendAsync(method, path);

        Assert.Equal(allowed, answer.Content.Headers.Allow.Order(StringComparer.Ordinal));
        var detail = await answer.IsProblemAsync(HttpStatusCode.MethodNotAllowed, "methodNotAllowed");
        Assert.StartsWith($"{path} does not answer {method}, only ", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_is_answered_without_a_body()
    {
        var answer = await SendAsync("HEAD", "api/items");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("api/items/missing", HttpStatusCode.NotFound)]
    [InlineData("api/items/refused", HttpStatusCode.MethodNotAllowed)]
    public async Task Answer_of_a_function_stays_as_it_is(string path, HttpStatusCode status)
    {
        var answer = await SendAsync("GET", path);

        Assert.Equal(status, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    /// <summary>Kestrel answers before any code of the host: docs/http-api.md names these answers as those without a document.</summary>
    [Theory]
    [InlineData("GET {long} HTTP/1.1\r\nHost: localhost\r\n\r\n", 414)]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\nX: {long}\r\n\r\n", 431)]
    [InlineData("GET / HTTP/1.1\r\n\r\n", 400)]
    [InlineData("POST /api/items HTTP/1.0\r\n\r\n", 400)]
    [InlineData("GET / HTTP/9.9\r\n\r\n", 505)]
    public async Task Request_that_is_not_http_is_answered_by_the_web_server_without_a_document(string request, int status)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_web.Address.Host, _web.Address.Port);
        using var stream = new NetworkStream(socket);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request.Replace("{long}", "/" + new string('x', 64 * 1024), StringComparison.Ordinal)));
        using var reader = new StreamReader(stream);

        var answer = await reader.ReadToEndAsync().WaitAsync(HostExtensions.Patience);

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Length: 0\r\n", answer, StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> SendAsync(string method, string path) =>
        _http.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(_web.Address, path)));

    public static class Items
    {
        [Function("Items")]
        public static string Get([HttpTrigger(AuthorizationLevel.Function, "get", "post", Route = "items")] HttpRequest request) => request.Method;

        [Function("Missing")]
        public static IResult Missing([HttpTrigger(AuthorizationLevel.Function, "get", Route = "items/missing")] HttpRequest request) =>
            Results.StatusCode(request.ContentLength is null ? 404 : 200);

        [Function("Refused")]
        public static IResult Refused([HttpTrigger(AuthorizationLevel.Function, "get", Route = "items/refused")] HttpRequest request) =>
            Results.StatusCode(request.ContentLength is null ? 405 : 200);
    }
}
