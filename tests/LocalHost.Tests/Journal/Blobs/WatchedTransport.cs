using Azure.Core;
using Azure.Core.Pipeline;

namespace Orchestrator.LocalHost.Tests.Journal.Blobs;

/// <summary>The network, which counts appends, and can delay one or lose its answer.</summary>
internal sealed class WatchedTransport : HttpPipelineTransport, IDisposable
{
    private readonly HttpClientTransport _network = new();
    private int _appends;
    private int _underWay;
    private int _most;

    /// <summary>Appends that reached the account.</summary>
    public int Appends => Volatile.Read(ref _appends);

    /// <summary>The most requests that were under way at the same time.</summary>
    public int MostAtOnce => Volatile.Read(ref _most);

    /// <summary>Awaited after the account has made an append, before its answer is given.</summary>
    public Func<int, Task> AfterAppend { get; set; } = _ => Task.CompletedTask;

    /// <summary>Awaited before a request for the lease is sent.</summary>
    public Func<CancellationToken, Task> BeforeLease { get; set; } = _ => Task.CompletedTask;

    public override Request CreateRequest() => _network.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("The journal never blocks.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        lock (_network)
        {
            _most = Math.Max(_most, ++_underWay);
        }

        try
        {
            if (message.Request.Uri.Query.Contains("comp=lease", StringComparison.Ordinal))
            {
                await BeforeLease(message.CancellationToken);
            }

            await _network.ProcessAsync(message);
            if (message.Request.Uri.Query.Contains("comp=appendblock", StringComparison.Ordinal))
            {
                await AfterAppend(Interlocked.Increment(ref _appends));
            }
        }
        finally
        {
            lock (_network)
            {
                _underWay--;
            }
        }
    }

    public void Dispose() => _network.Dispose();
}
