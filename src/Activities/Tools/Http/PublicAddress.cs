using System.Net;
using System.Net.Sockets;

namespace Orchestrator.Activities.Tools.Http;

/// <summary>Distinguishes addresses on the public internet from all others, by IANA's special-purpose address registries.</summary>
internal static class PublicAddress
{
    private const int EmbeddedLength = 4;

    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32", // in a public range, but serves each Azure machine its secrets
            "2001::/23", "2001:db8::/32", "3fff::/20",
        }.Select(network => IPNetwork.Parse(network)),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>
    /// False for this machine, private and shared networks, link-local and metadata addresses, multicast, documentation, and IPv6 addresses that
    /// embed such an IPv4 address.
    /// </summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            if (Embedded(address) is { } inner)
            {
                return IsPublic(inner);
            }

            if (!GlobalUnicast.Contains(address))
            {
                return false;
            }
        }

        return !NotPublic.Any(network => network.Contains(address));
    }

    /// <summary>The embedded IPv4 address to which packets finally go; null for none.</summary>
    private static IPAddress? Embedded(IPAddress address)
    {
        var bytes = address.GetAddressBytes().AsSpan();
        return address.IsIPv4MappedToIPv6 || Nat64.Contains(address) ? new IPAddress(bytes[^EmbeddedLength..])
            : SixToFour.Contains(address) ? new IPAddress(bytes.Slice(2, EmbeddedLength))
            : null;
    }
}
