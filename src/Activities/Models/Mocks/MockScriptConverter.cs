using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Activities.Models.Mocks;

internal sealed class MockScriptConverter : JsonConverter<MockScript>
{
    public override MockScript Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return MockScript.TryParse(document.RootElement, out var script, out var diagnostics)
            ? script
            : throw new JsonException("The mocks are wrong. " + string.Join(" ", diagnostics.Select(d => $"{d.Pointer}: {d.Message}")));
    }

    public override void Write(Utf8JsonWriter writer, MockScript value, JsonSerializerOptions options) => value.Source.WriteTo(writer);
}
