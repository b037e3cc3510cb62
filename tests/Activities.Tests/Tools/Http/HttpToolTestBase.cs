using System.Net;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Activities.Tools.Http;

namespace Orchestrator.Activities.Tests.Tools.Http;

/// <summary>A tool that may call this machine, and a clock that does not advance by itself.</summary>
public abstract class HttpToolTestBase : IDisposable
{
    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    internal HttpToolOptions Options { get; } = new() { AllowPrivateAddresses = true, MaxResponseBytes = 10_000 };

    private HttpRequestTool? _tool;

    internal HttpRequestTool Tool => _tool ??= new HttpRequestTool(Options, Time);

    /// <summary>A tool for which 127.0.0.1 counts as a public address.</summary>
    internal HttpRequestTool Guarded(Func<string, IPAddress[]>? resolve = null) => _tool ??= new HttpRequestTool(
        Options,
        Time,
        address => address.Equals(IPAddress.Loopback) || PublicAddress.IsPublic(address),
        (host, _) => Task.FromResult(resolve?.Invoke(host) ?? [IPAddress.Loopback]));

    public void Dispose()
    {
        _tool?.Dispose();
        GC.SuppressFinalize(this);
    }
}
