using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Orchestrator.LocalHost.Http;

namespace Orchestrator.LocalHost.Tests.Http;

public sealed class AccessPolicyTests
{
    [Theory]
    [InlineData("api/open", null, null, HttpStatusCode.OK)]
    [InlineData("api/closed", "the key", null, HttpStatusCode.OK)]
    [InlineData("api/closed?code=the%20key", null, null, HttpStatusCode.OK)]
    [InlineData("api/closed", null, "needs a key: send it in the header 'x-functions-key'", HttpStatusCode.Unauthorized)]
    [InlineData("api/closed", "the Key", "The key is wrong.", HttpStatusCode.Unauthorized)]
    [InlineData("api/closed?code=other", null, "The key is wrong.", HttpStatusCode.Unauthorized)]
    [InlineData("api/closed?code=the%20key", "other", "The key is wrong.", HttpStatusCode.Unauthorized)]
    [InlineData("api/closed?code=", null, "needs a key", HttpStatusCode.Unauthorized)]
    [InlineData("api/defaultLevel", null, "needs a key", HttpStatusCode.Unauthorized)]
    public async Task Key_is_asked_for_by_everything_but_anonymous_functions(string path, string? key, string? detail, HttpStatusCode status)
    {
        await using var web = await TestWeb.OfFunctionsAsync(AccessPolicy.WithKey("the key"), "api", typeof(Guarded));
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
        {
            request.Headers.Add("x-functions-key", key);
        }

        var response = await web.Client.SendAsync(request);
        if (detail is null)
        {
            Assert.Equal(status, response.StatusCode);
        }
        else
        {
            Assert.Contains(detail, await response.IsProblemAsync(status, "unauthorized"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("http://localhost:7071/api/closed", null, true)]
    [InlineData("http://127.0.0.1/api/closed", null, true)]
    [InlineData("http://[::1]:80/api/closed", null, true)]
    [InlineData("http://app.localhost/api/closed", "http://localhost:7071", true)]
    [InlineData("http://localhost/api/closed", "https://127.0.0.1:5173", true)]
    [InlineData("http://rebound.example/api/closed", null, false)]
    [InlineData("http://rebound.example/api/open", null, false)]
    [InlineData("http://localhost/api/closed", "https://other.example", false)]
    [InlineData("http://localhost/api/closed", "null", false)]
    public async Task Loopback_without_a_key_serves_this_machine_but_no_pages_of_others(string address, string? origin, bool served)
    {
        await using var web = await TestWeb.OfFunctionsAsync(typeof(Guarded));
        var asked = new Uri(address);
        var request = new HttpRequestMessage(HttpMethod.Get, asked.AbsolutePath);
        request.Headers.Host = asked.Authority;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        var response = await web.Client.SendAsync(request);
        if (served)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
        else
        {
            await response.IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        }
    }

    [Fact]
    public void Empty_key_is_refused() => Assert.Throws<ArgumentException>(() => AccessPolicy.WithKey(" "));

    public static class Guarded
    {
        [Function("Open")]
        public static string Open([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "open")] HttpRequest request) => request.Method;

        [Function("Closed")]
        public static string Closed([HttpTrigger(AuthorizationLevel.Function, "get", Route = "closed")] HttpRequest request) => request.Method;

        [Function("DefaultLevel")]
        public static string DefaultLevel([HttpTrigger] HttpRequest request) => request.Method;
    }
}
