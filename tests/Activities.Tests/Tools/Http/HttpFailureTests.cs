using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Tools.Http;

/// <summary>Statuses, sizes, times and broken connections.</summary>
public sealed class HttpFailureTests : HttpToolTestBase
{
    [Theory]
    [InlineData(304, ErrorKind.ToolFailed, false)]
    [InlineData(400, ErrorKind.ToolFailed, false)]
    [InlineData(401, ErrorKind.Authentication, false)]
    [InlineData(403, ErrorKind.Authentication, false)]
    [InlineData(404, ErrorKind.ToolFailed, false)]
    [InlineData(408, ErrorKind.Unavailable, true)]
    [InlineData(429, ErrorKind.RateLimited, true)]
    [InlineData(500, ErrorKind.Unavailable, true)]
    [InlineData(503, ErrorKind.Unavailable, true)]
    public async Task Status_decides_about_kind_and_retries(int status, ErrorKind kind, bool retryable)
    {
        await using var web = await Answering(status);

        var error = (await Tool.FailAsync($$"""{ "url": "{{web.Url}}/path?key=s3cret" }""")).Error;

        Assert.Equal((kind, retryable, (int?)null), (error.Kind, error.Retryable, error.RetryAfterMs));
        Assert.Equal(status, (int)error.Details!["status"]!);
        Assert.StartsWith($"{web.Url} answered GET with status {status}.", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, "7", 7_000)]
    [InlineData(503, "Tue, 01 Jan 2030 00:01:30 GMT", 90_000)]
    [InlineData(429, "Mon, 31 Dec 2029 23:00:00 GMT", 0)]
    [InlineData(429, "2147483647", int.MaxValue)]
    [InlineData(429, "99999999999", int.MaxValue)]
    [InlineData(429, "-1", null)]
    [InlineData(429, "soon", null)]
    [InlineData(404, "7", null)]
    public async Task Retry_after_is_passed_on(int status, string header, int? expected)
    {
        await using var web = await Answering(status, context => context.Response.Headers.RetryAfter = header);

        Assert.Equal(expected, (await Tool.FailAsync($$"""{ "url": "{{web.Url}}" }""")).Error.RetryAfterMs);
    }

    [Theory]
    [InlineData(5, 5)]
    [InlineData(1_000, 1_000)]
    [InlineData(50_000, 1_000)]
    public async Task Beginning_of_the_body_comes_with_the_failure(int length, int shown)
    {
        await using var web = await Answering(400, body: new string('é', length));

        Assert.Equal(new string('é', shown), (string?)(await Tool.FailAsync($$"""{ "url": "{{web.Url}}" }""")).Error.Details!["body"]);
    }

    [Theory]
    [InlineData(10_000, true)]
    [InlineData(10_000, false)]
    public async Task Body_up_to_the_limit_is_taken(int length, bool announced)
    {
        await using var web = await Answering(200, Announcing(announced, length), new string('x', length));

        Assert.Equal(length, ((string?)(await Tool.CallAsync($$"""{ "url": "{{web.Url}}" }"""))!["body"])!.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Body_beyond_the_limit_is_refused(bool announced)
    {
        await using var web = await Answering(200, Announcing(announced, 10_001), new string('x', 10_001));

        await TooLarge(web);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Small_response_that_decompresses_to_a_large_one_is_refused(string encoding)
    {
        await using var web = await WebDouble.StartAsync(async context =>
        {
            context.Response.Headers.ContentEncoding = encoding;
            using var compressed = new MemoryStream();
            await using (Stream packing = encoding switch
            {
                "gzip" => new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
                "br" => new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
                _ => new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true),
            })
            {
                await packing.WriteAsync(new byte[1_000_000]);
            }

            Assert.InRange(compressed.Length, 1, 9_999);
            await context.Response.Body.WriteAsync(compressed.ToArray());
        });

        await TooLarge(web);
    }

    [Fact]
    public async Task Response_that_cannot_be_decompressed_is_a_failure()
    {
        await using var web = await Answering(200, context => context.Response.Headers.ContentEncoding = "gzip", "no gzip at all");

        Assert.Equal(ErrorKind.OutputInvalid, (await Tool.FailAsync($$"""{ "url": "{{web.Url}}" }""")).Error.Kind);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Timeout_before_or_within_the_response_is_a_failure(bool begun)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var web = await Hanging(asked, begun);
        var asking = Tool.FailAsync($$"""{ "url": "{{web.Url}}", "timeout": 5000 }""");
        await asked.Task;

        Time.Advance(TimeSpan.FromMilliseconds(4_999));
        Assert.False(asking.IsCompleted);
        Time.Advance(TimeSpan.FromMilliseconds(1));

        var error = (await asking).Error;
        Assert.Equal((ErrorKind.Timeout, true), (error.Kind, error.Retryable));
        Assert.Equal($"{web.Url} did not answer within 5000 ms.", error.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancellation_closes_the_connection(bool begun)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var web = await Hanging(asked, begun, closed);
        using var cancel = new CancellationTokenSource();
        var asking = Tool.CallAsync($$"""{ "url": "{{web.Url}}" }""", cancel.Token);
        await asked.Task;

        await cancel.CancelAsync();

        Assert.Equal(cancel.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking)).CancellationToken);
        await closed.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Connection_that_is_refused_is_worth_another_attempt()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();

        var error = (await Tool.FailAsync($$"""{ "url": "http://127.0.0.1:{{port}}/?key=s3cret" }""")).Error;

        Assert.Equal(
            (ErrorKind.Unavailable, true, $"The connection to http://127.0.0.1:{port} failed."), (error.Kind, error.Retryable, error.Message));
    }

    [Fact]
    public async Task Connection_that_breaks_is_worth_another_attempt()
    {
        await using var web = await WebDouble.StartAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("x");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });

        Assert.Equal(ErrorKind.Unavailable, (await Tool.FailAsync($$"""{ "url": "{{web.Url}}" }""")).Error.Kind);
    }

    [Fact]
    public async Task Name_without_an_address_is_reported()
    {
        var failure = await Guarded(_ => throw new SocketException((int)SocketError.HostNotFound))
            .FailAsync("""{ "url": "https://nowhere.example/" }""");

        Assert.Equal((ErrorKind.Unavailable, "The host of https://nowhere.example cannot be found."), (failure.Error.Kind, failure.Message));
    }

    [Fact]
    public async Task Plain_http_behind_https_is_not_worth_another_attempt()
    {
        await using var web = await Answering(200);

        var failure = await Tool.FailAsync($$"""{ "url": "https://127.0.0.1:{{web.Port}}/" }""");

        Assert.Equal((ErrorKind.ToolFailed, false), (failure.Error.Kind, failure.Error.Retryable));
    }

    private async Task TooLarge(WebDouble web)
    {
        var error = (await Tool.FailAsync($$"""{ "url": "{{web.Url}}" }""")).Error;

        Assert.Equal((ErrorKind.PayloadTooLarge, false), (error.Kind, error.Retryable));
        Assert.Contains("more than 10000 bytes", error.Message, StringComparison.Ordinal);
    }

    private static Action<HttpContext> Announcing(bool announced, int length) =>
        context => context.Response.ContentLength = announced ? length : null;

    private static Task<WebDouble> Answering(int status, Action<HttpContext>? prepare = null, string body = "") =>
        WebDouble.StartAsync(async context =>
        {
            context.Response.StatusCode = status;
            prepare?.Invoke(context);
            if (body.Length > 0)
            {
                await context.Response.WriteAsync(body);
            }
        });

    private static Task<WebDouble> Hanging(TaskCompletionSource asked, bool begun, TaskCompletionSource? closed = null) =>
        WebDouble.StartAsync(async context =>
        {
            context.RequestAborted.Register(() => closed?.TrySetResult());
            if (begun)
            {
                await context.Response.WriteAsync("x");
                await context.Response.Body.FlushAsync();
            }

            asked.SetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
}
