using System.Text.Json.Nodes;
using Orchestrator.Activities.Tools;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Tools.Http;

/// <summary>The request that is sent, and the output.</summary>
public sealed class HttpRequestToolTests : HttpToolTestBase
{
    [Theory]
    [InlineData("application/json", "{\"a\":1}", "auto", "{\"a\":1}")]
    [InlineData("application/problem+json; charset=utf-8", "[1]", "auto", "[1]")]
    [InlineData("application/json", "{\"a\":1}", "text", "\"{\\\"a\\\":1}\"")]
    [InlineData("text/plain", "{\"a\":1}", "json", "{\"a\":1}")]
    [InlineData("text/plain; charset=utf-8", "\uFEFFgrün", "auto", "\"grün\"")]
    [InlineData("application/json", "", "auto", "null")]
    [InlineData("text/plain", "", "auto", "\"\"")]
    [InlineData("application/json", "\"\\ud800\"", "auto", "\"\uFFFD\"")]
    public async Task Body_is_what_was_expected(string contentType, string body, string expect, string expected)
    {
        await using var web = await WebDouble.StartAsync(contentType, body);

        var output = await Tool.CallAsync(new JsonObject { ["url"] = web.Url, ["expect"] = expect });

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), output!["body"]), output.ToJsonString());
        Assert.Equal(200, (int)output["status"]!);
        Assert.Equal(contentType, (string?)output["headers"]!["content-type"]);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"a\":1,\"a\":2}")]
    public async Task Body_that_is_not_what_it_says_is_a_failure(string body)
    {
        await using var web = await WebDouble.StartAsync("application/json", body);

        Assert.Equal(ErrorKind.OutputInvalid, (await Tool.FailAsync($$"""{ "url": "{{web.Url}}" }""")).Error.Kind);
    }

    [Fact]
    public async Task Unknown_charset_is_a_failure()
    {
        await using var web = await WebDouble.StartAsync("text/plain; charset=klingon", "x");

        Assert.Contains("'klingon'", (await Tool.FailAsync($$"""{ "url": "{{web.Url}}" }""")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_is_added_to_the_url_and_escaped()
    {
        await using var web = await WebDouble.StartAsync("text/plain", "");

        await Tool.CallAsync(
            $$"""{ "url": "{{web.Url}}/p?own=1#part", "query": { "a b": "ü&=", "n": 1.50, "yes": true, "none": null, "list": ["x", 2] } }""");

        Assert.Equal(["GET /p?own=1&a%20b=%C3%BC%26%3D&n=1.50&yes=true&list=x&list=2"], web.Requests);
    }

    [Theory]
    [InlineData("{ \"ä\": 1 }", null, "application/json", "{\"ä\":1}")]
    [InlineData("\"plain\"", null, "text/plain; charset=utf-8", "plain")]
    [InlineData("\"<a/>\"", "application/xml", "application/xml", "<a/>")]
    [InlineData("[1]", "application/vnd.x+json", "application/vnd.x+json", "[1]")]
    public async Task Body_is_sent_with_its_content_type(string body, string? given, string contentType, string sent)
    {
        await using var web = await WebDouble.StartAsync("text/plain", "");
        var headers = given is null ? new JsonObject() : new JsonObject { ["content-type"] = given };

        await Tool.CallAsync(new JsonObject { ["url"] = web.Url, ["method"] = "PUT", ["body"] = JsonNode.Parse(body), ["headers"] = headers });

        Assert.Equal((contentType, sent), (web.Headers.ContentType.ToString(), web.Body));
    }

    [Theory]
    [InlineData("GET", "")]
    [InlineData("HEAD", "")]
    [InlineData("POST", ToolCalls.Key)]
    [InlineData("PUT", ToolCalls.Key)]
    [InlineData("PATCH", ToolCalls.Key)]
    [InlineData("DELETE", ToolCalls.Key)]
    public async Task Requests_that_change_something_carry_the_key_of_the_call(string method, string key)
    {
        await using var web = await WebDouble.StartAsync("text/plain", "");

        await Tool.CallAsync($$"""{ "url": "{{web.Url}}", "method": "{{method}}" }""");

        Assert.Equal(key, web.Headers["Idempotency-Key"].ToString());
        Assert.StartsWith(method, web.Requests[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_of_the_definition_comes_first()
    {
        await using var web = await WebDouble.StartAsync("text/plain", "");

        await Tool.CallAsync($$"""{ "url": "{{web.Url}}", "method": "POST", "headers": { "idempotency-key": "mine" } }""");

        Assert.Equal("mine", web.Headers["Idempotency-Key"].ToString());
    }

    [Fact]
    public async Task Key_that_is_not_ascii_is_escaped()
    {
        await using var web = await WebDouble.StartAsync("text/plain", "");
        var input = new JsonObject { ["url"] = web.Url, ["method"] = "POST" };

        await Tool.InvokeAsync(
            new ToolCall { Input = input, RunId = "r", StepId = "s", Attempt = 1, IdempotencyKey = "r.läuft/1" }, CancellationToken.None);

        Assert.Equal("r.l%C3%A4uft%2F1", web.Headers["Idempotency-Key"].ToString());
    }

    [Fact]
    public async Task Header_that_is_null_is_left_out()
    {
        await using var web = await WebDouble.StartAsync("text/plain", "");

        await Tool.CallAsync($$"""{ "url": "{{web.Url}}", "headers": { "X-A": null, "X-B": "b" } }""");

        Assert.Equal((false, "b"), (web.Headers.ContainsKey("X-A"), web.Headers["X-B"].ToString()));
    }

    [Fact]
    public async Task Nothing_is_sent_that_the_input_does_not_name()
    {
        await using var web = await WebDouble.StartAsync("text/plain", "");

        await Tool.CallAsync($$"""{ "url": "{{web.Url}}" }""");

        Assert.Equal(["Accept-Encoding", "Host", "User-Agent"], web.Headers.Keys.Order());
    }

    [Fact]
    public async Task Cookies_are_not_kept_from_one_request_to_the_next()
    {
        await using var web = await WebDouble.StartAsync(context =>
        {
            context.Response.Cookies.Append("session", "s3cret");
            return Task.CompletedTask;
        });

        await Tool.CallAsync($$"""{ "url": "{{web.Url}}" }""");
        await Tool.CallAsync($$"""{ "url": "{{web.Url}}" }""");

        Assert.Empty(web.Headers.Cookie.ToString());
    }

    [Fact]
    public async Task Headers_that_carry_access_are_hidden_from_the_output()
    {
        string[] names = ["Authorization", "Set-Cookie", "X-Api-Key", "X-Csrf-Token", "X-Client-Secret"];
        await using var web = await WebDouble.StartAsync(context =>
        {
            foreach (var name in names)
            {
                context.Response.Headers[name] = "s3cret";
            }

            context.Response.Headers["X-Other"] = new string[] { "a", "b" };
            return Task.CompletedTask;
        });

        var headers = (await Tool.CallAsync($$"""{ "url": "{{web.Url}}" }"""))!["headers"]!;

        Assert.All(names, name => Assert.Equal("***", (string?)headers[name.ToLowerInvariant()]));
        Assert.Equal("a, b", (string?)headers["x-other"]);
    }

    [Theory]
    [InlineData("relative", "not complete")]
    [InlineData("/relative", "http://")]
    [InlineData("ftp://example.com/", "http://")]
    [InlineData("file:///etc/passwd", "http://")]
    [InlineData("https://user:p4ssword@example.com/", "Authorization")]
    public async Task Url_that_cannot_be_asked_for_is_refused_without_repeating_it(string url, string why)
    {
        var failure = await Tool.FailAsync($$"""{ "url": "{{url}}" }""");

        Assert.Equal(ErrorKind.InvalidInput, failure.Error.Kind);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("p4ssword", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host", "other")]
    [InlineData("content-length", "5")]
    [InlineData("Transfer-Encoding", "chunked")]
    [InlineData("X-A", "s3cret\\r\\nX-B: c")]
    [InlineData("X-A", "s3crét")]
    [InlineData("X A", "s3cret")]
    [InlineData("", "s3cret")]
    public async Task Header_that_cannot_be_sent_is_refused_without_its_value(string name, string value)
    {
        var failure = await Tool.FailAsync($$"""{ "url": "http://127.0.0.1:1/", "headers": { "{{name}}": "{{value}}" } }""");

        Assert.Equal(ErrorKind.InvalidInput, failure.Error.Kind);
        Assert.DoesNotContain("s3cr", failure.Message, StringComparison.Ordinal);
    }
}
