namespace Orchestrator.Activities.Tools.Http;

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
