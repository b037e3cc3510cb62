using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Testing.Azurite;

/// <summary>
/// Counts the requests of this process to one container, by kind and by the pattern of the blob's name, as the client library reports them: repeated
/// requests count each. Thread-safe.
/// </summary>
public sealed partial class StorageRequests : EventListener
{
    private readonly ConcurrentDictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly string _container;

    /// <summary>Counts from now on.</summary>
    public StorageRequests(string container)
    {
        _container = container;
        foreach (var source in EventSource.GetSources())
        {
            Enable(source);
        }
    }

    /// <summary>How many there were since the last <see cref="Reset"/>.</summary>
    public int Total => _counts.Values.Sum();

    /// <summary>How many there were whose kind and pattern contain this text.</summary>
    public int Count(string part) => _counts.Where(count => count.Key.Contains(part, StringComparison.Ordinal)).Sum(count => count.Value);

    /// <summary>Forgets what was counted.</summary>
    public void Reset() => _counts.Clear();

    /// <summary>A line for each kind of request with its pattern, and how many there were for each step.</summary>
    public string Report(string title, int steps)
    {
        var text = new StringBuilder().AppendLine(CultureInfo.InvariantCulture, $"{title}: {(double)Total / steps:0.00} a step");
        foreach (var (kind, count) in _counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {(double)count / steps,5:0.00}  {kind}");
        }

        return text.ToString();
    }

    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        // Called by the base constructor, too, before the container is known.
        if (_container is not null)
        {
            Enable(eventSource);
        }
    }

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData is { EventName: "Request", Payload: [_, string method, string address, ..] })
        {
            var uri = new Uri(address);
            var path = uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
            if (path.Length > 1 && path[1] == _container)
            {
                var operation = Operation().Match(uri.Query) is { Success: true } match ? $" {match.Groups[1].Value}" : "";
                _counts.AddOrUpdate($"{method}{operation} {Pattern(path[2..])}", 1, (_, count) => count + 1);
            }
        }
    }

    private static string Pattern(string[] blob) => blob switch
    {
        ["runs", _, "claims", ..] => "runs/*/claims/*",
        ["runs", _, "outputs", ..] => "runs/*/outputs/*",
        ["runs", _, .. var rest] => $"runs/*/{string.Join('/', rest)}",
        [var folder, ..] => $"{folder}/*",
        [] => "(container)",
    };

    private void Enable(EventSource source)
    {
        if (source.Name == "Azure-Core")
        {
            EnableEvents(source, EventLevel.Informational);
        }
    }

    [GeneratedRegex("[?&]comp=([a-z]+)")]
    private static partial Regex Operation();
}
