using System.Net;
using System.Net.Sockets;
using Orchestrator.Activities.Models;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Models;

public sealed class ModelErrorsTests
{
    [Theory]
    [InlineData(401, "", ErrorKind.Authentication, false)]
    [InlineData(403, "", ErrorKind.Authentication, false)]
    [InlineData(404, "", ErrorKind.InvalidInput, false)]
    [InlineData(400, "bad", ErrorKind.InvalidInput, false)]
    [InlineData(400, "context_length_exceeded", ErrorKind.ContextLength, false)]
    [InlineData(400, "content_filter", ErrorKind.ContentFiltered, false)]
    [InlineData(413, "", ErrorKind.ContextLength, false)]
    [InlineData(408, "", ErrorKind.Unavailable, true)]
    [InlineData(429, "", ErrorKind.RateLimited, true)]
    [InlineData(500, "", ErrorKind.Unavailable, true)]
    [InlineData(503, "", ErrorKind.Unavailable, true)]
    [InlineData(504, "", ErrorKind.Unavailable, true)]
    public void Translate_status_gives_kind_and_retryable(int status, string message, ErrorKind kind, bool retryable)
    {
        var translated = ModelErrors.Translate(new HttpRequestException(message, null, (HttpStatusCode)status));

        Assert.Equal((kind, retryable), (translated.Error.Kind, translated.Error.Retryable));
        Assert.Contains($"{status}", translated.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Translate_exception_without_status_gives_kind_by_type()
    {
        Assert.Equal(ErrorKind.Unavailable, ModelErrors.Translate(new HttpRequestException("no route")).Error.Kind);
        Assert.Equal(ErrorKind.Unavailable, ModelErrors.Translate(new SocketException(111)).Error.Kind);
        Assert.Equal(ErrorKind.Timeout, ModelErrors.Translate(new TaskCanceledException("HttpClient.Timeout")).Error.Kind);
        Assert.Equal(ErrorKind.Timeout, ModelErrors.Translate(new TimeoutException()).Error.Kind);
        Assert.Equal(ErrorKind.Internal, ModelErrors.Translate(new InvalidOperationException("oops")).Error.Kind);
    }

    [Fact]
    public void Translate_model_exception_is_that_exception()
    {
        var known = new ModelException(new WorkflowError(ErrorKind.RateLimited, "slow") { RetryAfterMs = 200 });

        Assert.Same(known, ModelErrors.Translate(known));
    }
}
