using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Activities.Tools.Http;

/// <summary>
/// Opens connections only to addresses that may be called. The addresses that are checked are the ones that are connected to, so a name that
/// changes its address in between gains nothing. Thread-safe.
/// </summary>
/// <param name="mayConnect">Whether an address may be called.</param>
/// <param name="resolve">Finds the addresses of a name.</param>
internal sealed class GuardedConnector(Predicate<IPAddress> mayConnect, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(2);

    /// <summary>A handler that goes nowhere else: no proxies, no cookies, no redirects of its own, no tracing headers to strangers.</summary>
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
