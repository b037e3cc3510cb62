using System.ComponentModel.DataAnnotations;

namespace Orchestrator.Activities.Tools.Http;

/// <summary>What the tool <c>http_request</c> may do. Register an instance before the activities are added to change it; it is validated when the tools are made.</summary>
public sealed class HttpToolOptions
{
    /// <summary>The largest <see cref="MaxResponseBytes"/>: 10 MiB.</summary>
    public const int MostResponseBytes = 10 * 1024 * 1024;

    /// <summary>The longest <see cref="TimeoutMs"/>, for a request too: two minutes.</summary>
    public const int LongestTimeoutMs = 120_000;

    /// <summary>The only hosts that requests and redirects may go to: names such as <c>api.example.com</c>, or <c>*.example.com</c> for everything below.</summary>
    /// <value>Default empty: any host with a public address.</value>
    public IList<string> AllowedHosts { get; init; } = [];

    /// <summary>Whether requests may go to addresses that are not public: this machine, private networks, cloud metadata. <see cref="AllowedHosts"/> still counts.</summary>
    /// <value>Default false.</value>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Maximum size of a response's body in bytes, after decompression.</summary>
    /// <value>Default 1 MiB, at most 10 MiB.</value>
    [Range(1, MostResponseBytes)]
    public int MaxResponseBytes { get; set; } = 1024 * 1024;

    /// <summary>How long a request may take with all redirects and its body, in milliseconds, unless its input says.</summary>
    /// <value>Default 30 s, at most 120 s.</value>
    [Range(1, LongestTimeoutMs)]
    public int TimeoutMs { get; set; } = 30_000;
}
