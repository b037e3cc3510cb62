using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Activities.Tools.Http;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Tools.Http;

/// <summary>The hosts and addresses to which requests may go, and what a redirect carries.</summary>
public sealed class HttpSafetyTests : HttpToolTestBase
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("017700000001")]
    [InlineData("0.0.0.0")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    [InlineData("169.254.169.254")]
    public async Task Address_that_is_not_public_is_refused_however_it_is_written(string host)
    {
        await using var web = await WebDouble.StartAsync("text/plain", "inside");
        using var tool = new HttpRequestTool(new HttpToolOptions(), Time);

        var error = (await tool.FailAsync($$"""{ "url": "http://{{host}}:{{web.Port}}/" }""")).Error;

        Assert.Equal((ErrorKind.InvalidInput, false), (error.Kind, error.Retryable));
        Assert.Contains("no public address", error.Message, StringComparison.Ordinal);
        Assert.Empty(web.Requests);
    }

    [Fact]
    public async Task Name_with_one_address_that_is_not_public_is_refused()
    {
        await using var web = await WebDouble.StartAsync("text/plain", "");

        var failure = await Guarded(_ => [IPAddress.Loopback, IPAddress.Parse("10.0.0.1")])
            .FailAsync($$"""{ "url": "http://both.example:{{web.Port}}/" }""");

        Assert.Contains("10.0.0.1", failure.Message, StringComparison.Ordinal);
        Assert.Empty(web.Requests);
    }

    [Fact]
    public async Task Name_that_changes_its_address_is_refused_from_then_on()
    {
        await using var web = await WebDouble.StartAsync(context =>
        {
            context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        });
        var addresses = new Queue<string>(["127.0.0.1", "169.254.169.254"]);
        var tool = Guarded(_ => [IPAddress.Parse(addresses.Dequeue())]);
        var url = $$"""{ "url": "http://rebind.example:{{web.Port}}/" }""";

        await tool.CallAsync(url);
        var failure = await tool.FailAsync(url);

        Assert.Contains("169.254.169.254", failure.Message, StringComparison.Ordinal);
        Assert.Single(web.Requests);
    }

    [Fact]
    public async Task Connection_goes_to_the_address_that_was_checked()
    {
        await using var web = await WebDouble.StartAsync("text/plain", "");
        var asked = 0;

        await Guarded(_ => [asked++ == 0 ? IPAddress.Loopback : IPAddress.Parse("10.0.0.1")])
            .CallAsync($$"""{ "url": "http://rebind.example:{{web.Port}}/" }""");

        Assert.Equal(1, asked);
        Assert.Equal($"rebind.example:{web.Port}", web.Headers.Host.ToString());
    }

    [Theory]
    [InlineData("http://10.0.0.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("//169.254.169.254/latest/meta-data")]
    public async Task Redirect_to_an_address_that_is_not_public_is_refused(string location)
    {
        await using var web = await Redirecting(302, location);

        var failure = await Guarded().FailAsync($$"""{ "url": "http://first.example:{{web.Port}}/" }""");

        Assert.Equal(ErrorKind.ToolFailed, failure.Error.Kind);
        Assert.StartsWith("The redirect to http://", failure.Message, StringComparison.Ordinal);
        Assert.Contains("no public address", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "http://")]
    [InlineData("http://user:s3cret@first.example/", "user or password")]
    public async Task Redirect_to_what_may_not_be_asked_for_is_refused(string location, string why)
    {
        await using var web = await Redirecting(302, location);

        var failure = await Guarded().FailAsync($$"""{ "url": "http://first.example:{{web.Port}}/" }""");

        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hosts_that_are_not_on_the_list_are_refused_on_every_hop()
    {
        await using var web = await Redirecting(302, "http://other.example/");
        Options.AllowedHosts.Add("first.example");

        var direct = await Guarded().FailAsync("""{ "url": "http://other.example/" }""");
        var redirected = await Guarded().FailAsync($$"""{ "url": "http://first.example:{{web.Port}}/" }""");

        Assert.Equal("http://other.example is none of the hosts that may be called (AllowedHosts).", direct.Message);
        Assert.Equal("The redirect to http://other.example is none of the hosts that may be called (AllowedHosts).", redirected.Message);
    }

    [Fact]
    public async Task Redirect_to_another_origin_carries_nothing_that_was_meant_for_the_first()
    {
        await using var other = await WebDouble.StartAsync("text/plain", "there");
        await using var web = await Redirecting(307, $"{other.Url}/there");

        await Tool.CallAsync($$"""{ "url": "{{web.Url}}", "method": "POST", "body": "text", "headers": { "Authorization": "s3cret",""" +
            $$""" "Cookie": "s3cret", "X-Custom": "s3cret", "Accept": "a/b" } }""");

        Assert.Equal("s3cret", web.Headers["X-Custom"].ToString());
        Assert.DoesNotContain(other.Headers, header => header.Value == "s3cret");
        Assert.Equal(("a/b", "text", ToolCalls.Key), (other.Headers.Accept.ToString(), other.Body, other.Headers["Idempotency-Key"].ToString()));
    }

    [Fact]
    public async Task Redirect_within_the_origin_keeps_the_headers()
    {
        await using var web = await Redirecting(302, "/there");

        await Tool.CallAsync($$"""{ "url": "{{web.Url}}", "query": { "a": 1 }, "headers": { "Authorization": "mine" } }""");

        Assert.Equal(["GET /?a=1", "GET /there"], web.Requests);
        Assert.Equal("mine", web.Headers.Authorization.ToString());
    }

    [Theory]
    [InlineData(301, "POST", "GET", "")]
    [InlineData(302, "POST", "GET", "")]
    [InlineData(303, "PUT", "GET", "")]
    [InlineData(303, "HEAD", "HEAD", "text")]
    [InlineData(302, "PUT", "PUT", "text")]
    [InlineData(307, "POST", "POST", "text")]
    [InlineData(308, "DELETE", "DELETE", "text")]
    public async Task Redirect_keeps_or_changes_the_method_as_its_status_says(int status, string method, string then, string body)
    {
        await using var web = await Redirecting(status, "/there");

        await Tool.CallAsync($$"""{ "url": "{{web.Url}}", "method": "{{method}}", "body": "text" }""");

        Assert.Equal([$"{method} /", $"{then} /there"], web.Requests);
        Assert.Equal(body, web.Body);
        Assert.Equal(body.Length > 0, web.Headers.ContainsKey("Content-Type"));
    }

    [Fact]
    public async Task Sixth_redirect_is_not_followed()
    {
        await using var web = await WebDouble.StartAsync(context =>
        {
            context.Response.Redirect("/again");
            return Task.CompletedTask;
        });

        var failure = await Tool.FailAsync($$"""{ "url": "{{web.Url}}" }""");

        Assert.Equal(6, web.Requests.Count);
        Assert.Equal($"{web.Url} redirects for the 6th time; 5 are followed.", failure.Message);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(HttpToolOptions.MostResponseBytes + 1, 1)]
    [InlineData(1, 0)]
    [InlineData(1, HttpToolOptions.LongestTimeoutMs + 1)]
    public void Options_out_of_range_are_refused(int bytes, int timeout) =>
        Assert.Throws<ValidationException>(
            () => new HttpRequestTool(new HttpToolOptions { MaxResponseBytes = bytes, TimeoutMs = timeout }, new FakeTimeProvider()));

    private static Task<WebDouble> Redirecting(int status, string location) => WebDouble.StartAsync(context =>
    {
        if (context.Request.Path == "/")
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = location;
        }

        return Task.CompletedTask;
    });
}
