using System.Globalization;

namespace Orchestrator.EndToEnd.Telemetry;

/// <summary>A span that was received.</summary>
internal sealed class OtlpSpan(OtlpMessage message)
{
    private readonly Dictionary<string, string> _attributes = message.All(9).ToDictionary(pair => pair.Text(1), pair => Value(pair.All(2).Single()));

    public string Trace => message.Hex(1);

    public string Id => message.Hex(2);

    /// <summary>Empty for the root.</summary>
    public string Parent => message.Hex(4);

    public string Name => message.Text(5);

    public ulong Start => message.Number(7);

    public double Milliseconds => (message.Number(8) - message.Number(7)) / 1e6;

    /// <summary>The linked traces.</summary>
    public IReadOnlyList<string> Links => [.. message.All(13).Select(link => link.Hex(1))];

    public string? Attribute(string name) => _attributes.GetValueOrDefault(name);

    private static string Value(OtlpMessage value) =>
        value.Text(1) is { Length: > 0 } text ? text : value.Number(3).ToString(CultureInfo.InvariantCulture);
}
