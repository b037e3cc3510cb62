using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Activities.Tools.Http;

/// <summary>
/// Opens connections to permitted addresses only. It connects to the very addresses that it has checked, so that a name cannot change its address in
/// between (DNS rebinding). Thread-safe.
/// </summary>
/// <param name="mayConnect">Whether an address is permitted.</param>
/// <param name="resolve">Resolves a host name to its addresses.</param>
internal sealed class GuardedConnector(Predicate<IPAddress> mayConnect, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>A handler that connects nowhere else: without proxies, cookies, automatic redirects, and tracing headers.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        ConnectCallback = ConnectAsync,
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = ConnectionLifetime,
    };

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await resolve(host, cancellationToken);
        if (addresses.FirstOrDefault(address => !mayConnect(address)) is { } refused)
        {
            throw new AddressRefusedException(refused);
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A host has an address that is not permitted. The HTTP handler throws it as the inner exception of its own.</summary>
internal sealed class AddressRefusedException(IPAddress address) : Exception($"The address {address} is not public.")
{
    public IPAddress Address { get; } = address;
}
