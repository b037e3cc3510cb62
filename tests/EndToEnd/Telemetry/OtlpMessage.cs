using Google.Protobuf;

namespace Orchestrator.EndToEnd.Telemetry;

/// <summary>A message of OTLP as its fields by number, as far as tests look at them (github.com/open-telemetry/opentelemetry-proto).</summary>
internal sealed class OtlpMessage
{
    private readonly List<(int Field, byte[] Bytes)> _parts = [];
    private readonly Dictionary<int, ulong> _numbers = [];

    public OtlpMessage(byte[] bytes)
    {
        using var input = new CodedInputStream(bytes);
        while (input.ReadTag() is var tag and not 0)
        {
            var field = WireFormat.GetTagFieldNumber(tag);
            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.Varint:
                    _numbers[field] = input.ReadUInt64();
                    break;
                case WireFormat.WireType.Fixed64:
                    _numbers[field] = input.ReadFixed64();
                    break;
                case WireFormat.WireType.Fixed32:
                    _numbers[field] = input.ReadFixed32();
                    break;
                default:
                    _parts.Add((field, input.ReadBytes().ToByteArray()));
                    break;
            }
        }
    }

    public ulong Number(int field) => _numbers.GetValueOrDefault(field);

    public string Text(int field) => System.Text.Encoding.UTF8.GetString(_parts.Find(part => part.Field == field).Bytes ?? []);

    public string Hex(int field) => Convert.ToHexStringLower(_parts.Find(part => part.Field == field).Bytes ?? []);

    /// <summary>The messages at the end of a path of fields.</summary>
    public IEnumerable<OtlpMessage> All(params ReadOnlySpan<int> path)
    {
        IEnumerable<OtlpMessage> messages = [this];
        foreach (var field in path)
        {
            messages = messages.SelectMany(message => message._parts.Where(part => part.Field == field).Select(part => new OtlpMessage(part.Bytes)));
        }

        return messages;
    }
}
