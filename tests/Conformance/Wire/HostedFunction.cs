using System.Text.Json;
using Orchestrator.Conformance.Wire.Rpc;

namespace Orchestrator.Conformance.Wire;

/// <summary>A function as its worker describes it.</summary>
internal sealed record HostedFunction(RpcFunctionMetadata Metadata, IReadOnlyList<JsonElement> Bindings)
{
    public JsonElement Trigger => Bindings.Single(binding => TypeOf(binding).EndsWith("Trigger", StringComparison.Ordinal));

    public static HostedFunction Of(RpcFunctionMetadata metadata) => new(metadata, [.. metadata.RawBindings.Select(json => JsonElement.Parse(json))]);

    public JsonElement? Binding(string type) =>
        Bindings.Where(binding => TypeOf(binding) == type).Select(binding => (JsonElement?)binding).SingleOrDefault();

    private static string TypeOf(JsonElement binding) => binding.GetProperty("type").GetString()!;
}
