using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.OpenAi;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Models.OpenAi;

public abstract class OpenAiFailureTests(OpenAiClientKind kind) : OpenAiSuite(kind)
{
    [Theory]
    [InlineData(400, "invalid_request_error", ErrorKind.InvalidInput, false)]
    [InlineData(400, "context_length_exceeded", ErrorKind.ContextLength, false)]
    [InlineData(400, "content_filter", ErrorKind.ContentFiltered, false)]
    [InlineData(401, "invalid_api_key", ErrorKind.Authentication, false)]
    [InlineData(403, "", ErrorKind.Authentication, false)]
    [InlineData(404, "model_not_found", ErrorKind.InvalidInput, false)]
    [InlineData(408, "", ErrorKind.Unavailable, true)]
    [InlineData(429, "rate_limit_exceeded", ErrorKind.RateLimited, true)]
    [InlineData(429, "insufficient_quota", ErrorKind.RateLimited, false)]
    [InlineData(500, "server_error", ErrorKind.Unavailable, true)]
    [InlineData(502, "", ErrorKind.Unavailable, true)]
    [InlineData(503, "", ErrorKind.Unavailable, true)]
    [InlineData(504, "", ErrorKind.Unavailable, true)]
    [InlineData(529, "", ErrorKind.Unavailable, true)]
    public async Task Status_and_code_give_kind_and_whether_to_retry(int status, string code, ErrorKind kind, bool retryable)
    {
        await using var server = await RefusingAsync(status, Body($"No {OpenAiDouble.Key} luck.", code));
        var call = server.Call();

        var failure = await server.FailAsync(call);

        Assert.Equal((kind, retryable), (failure.Error.Kind, failure.Error.Retryable));
        Assert.Contains($" {status}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("No *** luck.", failure.Message, StringComparison.Ordinal);
        Assert.Equal(default, call.Usage);

        // One call is one request, also after a failure.
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Refused_key_is_named_by_its_variable()
    {
        await using var server = await RefusingAsync(401, Body("Incorrect key.", "invalid_api_key"));

        Assert.EndsWith(
            $" It is the value of {(Kind == OpenAiClientKind.Azure ? "AZURE_OPENAI_API_KEY" : "OPENAI_API_KEY")}.",
            (await server.FailAsync()).Error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"error":{"message":"m","code":"x","innererror":{"code":"ResponsibleAIPolicyViolation"}}}""", ErrorKind.ContentFiltered, "m")]
    [InlineData(
        """{"error":{"message":"This model's limit.","type":"context_length_exceeded","code":null}}""", ErrorKind.ContextLength,
        "This model's limit")]
    [InlineData("""{"error":"model 'x' is not loaded"}""", ErrorKind.InvalidInput, "model 'x' is not loaded")]
    [InlineData("""{"object":"error","message":"bad\nrequest","code":400}""", ErrorKind.InvalidInput, "bad request")]
    [InlineData("<html>a proxy</html>", ErrorKind.InvalidInput, "400 BadRequest.")]
    [InlineData("", ErrorKind.InvalidInput, "400 BadRequest.")]
    [InlineData("[1]", ErrorKind.InvalidInput, "400 BadRequest.")]
    public async Task Body_of_any_shape_is_read(string body, ErrorKind kind, string said)
    {
        await using var server = await RefusingAsync(400, body);

        var failure = await server.FailAsync();

        Assert.Equal(kind, failure.Error.Kind);
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task Endless_message_is_cut_after_the_key_was_masked()
    {
        var message = new string('x', 490) + OpenAiDouble.Key + new string('y', 490);
        await using var server = await RefusingAsync(400, Body(message, "x"));

        var failure = await server.FailAsync();

        Assert.InRange(failure.Message.Length, 500, 700);
        Assert.DoesNotContain("sk-test", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Retry-After", "3", 3_000)]
    [InlineData("Retry-After", "0", 0)]
    [InlineData("Retry-After", "soon", null)]
    [InlineData("Retry-After", "99999999999", int.MaxValue)]
    [InlineData("retry-after-ms", "99999999999999", int.MaxValue)]
    [InlineData("retry-after-ms", "250", 250)]
    [InlineData("retry-after-ms", "12.5", 13)]
    [InlineData("x-other", "3", null)]
    public async Task Wait_that_the_server_asks_for_is_read(string name, string value, int? wait)
    {
        await using var server = await RefusingAsync(429, "", (name, value));

        Assert.Equal(wait, (await server.FailAsync()).Error.RetryAfterMs);
    }

    [Fact]
    public async Task Wait_in_milliseconds_comes_before_the_one_in_seconds()
    {
        await using var server = await RefusingAsync(503, "", ("Retry-After", "3"), ("retry-after-ms", "2100"));

        Assert.Equal(2_100, (await server.FailAsync()).Error.RetryAfterMs);
    }

    [Theory]
    [InlineData(90, 90_000)]
    [InlineData(-90, 0)]
    public async Task Wait_until_a_date_counts_from_the_clock(int seconds, int wait)
    {
        var until = new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero).AddSeconds(seconds);
        await using var server = await RefusingAsync(429, "", ("Retry-After", until.ToString("R", CultureInfo.InvariantCulture)));

        Assert.Equal(wait, (await server.FailAsync()).Error.RetryAfterMs);
    }

    [Fact]
    public async Task Wait_does_not_count_where_a_retry_cannot_help()
    {
        await using var server = await RefusingAsync(429, """{"error":{"code":"insufficient_quota"}}""", ("Retry-After", "3"));

        var failure = await server.FailAsync();

        Assert.Null(failure.Error.RetryAfterMs);
        Assert.Contains("credit", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_does_not_listen_is_unavailable_and_named()
    {
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        free.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)free.LocalEndPoint!).Port;
        using var provider = new OpenAiProvider(OpenAiDouble.Options(Kind, new Uri($"http://127.0.0.1:{port}")), TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ModelException>(
            () => new PromptCall(provider.Create("m"), new PromptRequest { Prompt = "x" }).RunAsync(null, CancellationToken.None));

        Assert.Equal((ErrorKind.Unavailable, true), (failure.Error.Kind, failure.Error.Retryable));
        Assert.Contains($"Nothing answers at http://127.0.0.1:{port}.", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, "cannot be found", true)]
    [InlineData(HttpRequestError.SecureConnectionError, "certificate", false)]
    public void Exception_of_the_network_gives_a_sentence(HttpRequestError error, string sentence, bool retryable)
    {
        var failure = new OpenAiErrors(OpenAiDouble.Options(Kind, new Uri("https://api.test")), TimeProvider.System).Of(
            new HttpRequestException(error));

        Assert.Equal((ErrorKind.Unavailable, retryable), (failure.Error.Kind, failure.Error.Retryable));
        Assert.Contains(sentence, failure.Message, StringComparison.Ordinal);
        Assert.Contains("https://api.test", failure.Message, StringComparison.Ordinal);
    }

    private static string Body(string message, string code) =>
        new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["type"] = "t", ["code"] = code } }.ToJsonString();
}
