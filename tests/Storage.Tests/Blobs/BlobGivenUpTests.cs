using System.Net;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Storage.Blobs;
using static Orchestrator.Storage.Tests.Blobs.AzuriteContainer;

namespace Orchestrator.Storage.Tests.Blobs;

/// <summary>Reads whose time limit passes while the client still retries: the error says whether the service did not answer or refused.</summary>
public sealed class BlobGivenUpTests
{
    private const string Silent = "it did not answer within 15 s.";

    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource _reached = new();
    private int _requests;

    [Fact]
    public async Task Account_that_answers_500_is_reported_as_failing()
    {
        var hint = await HintAsync((attempt, _) =>
        {
            if (attempt == 2)
            {
                _reached.SetResult();
            }

            // The client then waits for a minute, as the response asks.
            return Task.FromResult(Answer(HttpStatusCode.InternalServerError, again: attempt == 1 ? "0" : "60"));
        });

        Assert.Equal("the service is busy or failing (500 InternalError). Repeat it later.", hint);
    }

    [Fact]
    public async Task Account_that_hangs_after_it_answered_503_is_reported_as_busy()
    {
        var hint = await HintAsync(
            (attempt, token) => attempt == 1 ? Task.FromResult(Answer(HttpStatusCode.ServiceUnavailable, again: "0")) : HangAsync(token));

        Assert.Equal("the service is busy or failing (503 InternalError). Repeat it later.", hint);
    }

    [Fact]
    public async Task Account_that_hangs_is_reported_as_not_responding() => Assert.Equal(Silent, await HintAsync((_, token) => HangAsync(token)));

    [Fact]
    public async Task Account_that_was_not_reached_at_first_and_hangs_then_names_what_to_check() => Assert.Equal(
        "it does not answer. Check the account's name in AzureWebJobsStorage, the network, and the account's firewall.",
        await HintAsync((attempt, token) => attempt == 1 ? throw new HttpRequestException("refused") : HangAsync(token)));

    [Fact]
    public async Task Response_that_arrives_byte_by_byte_is_cancelled_at_the_time_limit()
    {
        using var body = new Drips(_time, BoundedRead.Limit / 10);
        var read = HintAsync((_, _) => Task.FromResult(Value(body)), advances: false);
        for (var byteRead = 0; byteRead < 10; byteRead++)
        {
            await body.NextAsync();
            Assert.False(read.IsCompleted);
            _time.Advance(BoundedRead.Limit / 10);
        }

        Assert.Equal(Silent, await read);
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string again = "60")
    {
        var answer = new HttpResponseMessage(status);
        answer.Headers.Add("x-ms-error-code", "InternalError");
        answer.Headers.Add("Retry-After", again);
        return answer;
    }

    private static HttpResponseMessage Value(Stream body)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(body) };
        answer.Content.Headers.ContentLength = 1_000;
        answer.Headers.Add("ETag", "\"0x1\"");
        answer.Headers.Add("x-ms-blob-type", "BlockBlob");
        return answer;
    }

    private async Task<HttpResponseMessage> HangAsync(CancellationToken token)
    {
        _reached.TrySetResult();
        await Task.Delay(Timeout.Infinite, token);
        throw new InvalidOperationException();
    }

    /// <summary>The error of a read whose time limit passed.</summary>
    private async Task<string?> HintAsync(Func<int, CancellationToken, Task<HttpResponseMessage>> answer, bool advances = true)
    {
        using var service = new Service(token => answer(Interlocked.Increment(ref _requests), token));
        var account = BlobAccount.Read(
            Settings(("AzureWebJobsStorage", "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net")),
            BlobAccount.DefaultSetting,
            options =>
            {
                options.Retry.Delay = TimeSpan.FromMilliseconds(1);
                options.Transport = new HttpClientTransport(service);
            });
        var store = new RetryingContentStore(new BlobContentStore(account), _time);
        var read = BoundedRead.RunAsync(token => store.GetAsync(ContentKey.Of("runs", "r1"), token), BoundedRead.Limit, _time, default);
        if (advances)
        {
            await _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
            _time.Advance(BoundedRead.Limit);
        }

        return (await Assert.ThrowsAsync<ContentStoreException>(() => read.WaitAsync(TimeSpan.FromSeconds(30)))).Hint;
    }

    private sealed class Service(Func<CancellationToken, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            answer(cancellationToken);
    }

    /// <summary>A body of which a byte comes from time to time.</summary>
    private sealed class Drips(TimeProvider time, TimeSpan pause) : Stream
    {
        private readonly SemaphoreSlim _asked = new(0);

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        /// <summary>Completes when the next byte is waited for.</summary>
        public async Task NextAsync() => Assert.True(await _asked.WaitAsync(TimeSpan.FromSeconds(30)));

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var byteComes = Task.Delay(pause, time, cancellationToken);
            _asked.Release();
            await byteComes;
            buffer.Span[0] = (byte)'x';
            return 1;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            _asked.Dispose();
            base.Dispose(disposing);
        }
    }
}
