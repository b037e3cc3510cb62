using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Activities.Tools.Http;

/// <summary>
/// What the tool <c>http_request</c> may do. To change it, register an instance before the activities are added; it is validated when the tools are
/// created.
/// </summary>
public sealed class HttpToolOptions
{
    /// <summary>The maximum of <see cref="MaxResponseBytes"/>: 10 MiB.</summary>
    public const int MostResponseBytes = 10 * 1024 * 1024;

    /// <summary>The maximum of <see cref="TimeoutMs"/> and of the input <c>timeout</c>: two minutes.</summary>
    public const int LongestTimeoutMs = 120_000;

    /// <summary>
    /// The only hosts to which requests and redirects may go: names such as <c>api.example.com</c>, or <c>*.example.com</c> for every host below.
    /// </summary>
    /// <value>Default empty: any host with a public address.</value>
    public IList<string> AllowedHosts { get; init; } = [];

    /// <summary>
    /// Whether requests may go to addresses that are not public: this machine, private networks, cloud metadata. <see cref="AllowedHosts"/> applies
    /// as well.
    /// </summary>
    /// <value>Default false.</value>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Maximum size of a response's body in bytes, after decompression.</summary>
    /// <value>1 to 10 MiB, default 1 MiB.</value>
    [Range(1, MostResponseBytes)]
    public int MaxResponseBytes { get; set; } = 1024 * 1024;

    /// <summary>How long a request may take, with all redirects and the body, in milliseconds, unless the input sets <c>timeout</c>.</summary>
    /// <value>1 to 120,000, default 30,000.</value>
    [Range(1, LongestTimeoutMs)]
    public int TimeoutMs { get; set; } = 30_000;
}

/// <summary>The hosts to which requests may go. Immutable and thread-safe.</summary>
internal sealed class HostAllowList
{
    private const string AnySubdomain = "*.";

    private readonly string[] _hosts;

    /// <param name="hosts">Names, or <c>*.NAME</c> for every host below that name; empty for all hosts.</param>
    /// <exception cref="ArgumentException">An entry is not a host, such as a URL.</exception>
    public HostAllowList(IEnumerable<string> hosts)
    {
        _hosts = [.. hosts.Select(Canonical)];
        foreach (var host in _hosts)
        {
            var name = host.StartsWith(AnySubdomain, StringComparison.Ordinal) ? host[AnySubdomain.Length..] : host;
            if (Uri.CheckHostName(name) == UriHostNameType.Unknown)
            {
                throw new ArgumentException(
                    $"AllowedHosts has '{host}', which is no host. "
                    + "Write names such as api.example.com or *.example.com, without scheme, port and path.",
                    nameof(hosts));
            }
        }
    }

    public bool Allows(Uri url)
    {
        var host = Canonical(url.IdnHost);
        return _hosts.Length == 0 || _hosts.Any(allowed => allowed.StartsWith(AnySubdomain, StringComparison.Ordinal)
            ? host.Length >= allowed.Length && host.EndsWith(allowed[1..], StringComparison.Ordinal)
            : host == allowed);
    }

    private static string Canonical(string host) => host.Trim('[', ']').TrimEnd('.').ToLowerInvariant();
}
