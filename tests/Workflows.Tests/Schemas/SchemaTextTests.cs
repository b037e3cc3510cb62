using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Tests.Formats.Native;

namespace Orchestrator.Workflows.Tests.Schemas;

public sealed class SchemaTextTests
{
    private static readonly JsonObject Schema = Judgement.Schema;

    /// <summary>The default in the schema, and the default of the code.</summary>
    public static TheoryData<string, string> Defaults => new()
    {
        { "#/properties/options/properties/maxParallelism", $"{WorkflowOptions.DefaultMaxParallelism}" },
        { "#/properties/options/properties/parallelBatchDelay", $"{WorkflowOptions.DefaultParallelBatchDelay}" },
        { "#/properties/options/properties/timeout", $"{WorkflowOptions.DefaultTimeout}" },
        { "#/properties/options/properties/queueFull", "\"fail\"" },
        { "#/properties/options/properties/onStepFailure", "\"stop\"" },
        { "#/properties/options/properties/stream", "false" },
        { "#/$defs/input/properties/type", "\"any\"" },
        { "#/$defs/input/properties/required", $"{new InputDefinition("a").Required}".ToLowerInvariant() },
        { "#/$defs/estimatedMs", $"{StepOptions.DefaultEstimatedMs}" },
        { "#/$defs/retry/properties/firstInterval", $"{new RetryRule().FirstIntervalMs}" },
        { "#/$defs/retry/properties/backoff", $"{new RetryRule().Backoff}" },
        { "#/$defs/retry/properties/maxInterval", $"{new RetryRule().MaxIntervalMs}" },
        { "#/$defs/join", "\"all\"" },
    };

    [Fact]
    public void Every_property_has_a_description_that_is_a_sentence()
    {
        var properties = Place.In(Schema)
            .Where(place => place.Name is "properties" && place.Owner.AsObject().ContainsKey("additionalProperties"))
            .SelectMany(place => place.Value!.AsObject(), (place, property) => (Path: place.Value!.GetPath(), property.Key, property.Value))
            .ToList();

        Assert.Contains(properties, property => property.Key == "steps");
        Assert.All(properties, property =>
        {
            var described = property.Value!["description"] ?? At(property.Value["$ref"]!.GetValue<string>())["description"];
            Assert.True(described?.GetValue<string>().EndsWith('.'), $"'{property.Key}' at {property.Path} has no description.");
        });
    }

    [Fact]
    public void Every_definition_is_used()
    {
        var used = Place.In(Schema).Where(place => place.Name is "$ref").Select(place => place.Value!.GetValue<string>()).Distinct()
            .Order(StringComparer.Ordinal);

        Assert.Equal(Schema["$defs"]!.AsObject().Select(definition => $"#/$defs/{definition.Key}").Order(StringComparer.Ordinal), used);
    }

    [Theory]
    [MemberData(nameof(Defaults))]
    public void Default_is_that_of_the_model(string pointer, string expected) => Assert.Equal(expected, At(pointer)["default"]!.ToJsonString());

    [Theory]
    [MemberData(nameof(Documents.Examples), MemberType = typeof(Documents))]
    public void Example_points_to_the_schema(string name) => Assert.Contains(
        "../../schemas/workflow.schema.json", Documents.Resource(name).Split('\n')[..2].Aggregate(string.Concat), StringComparison.Ordinal);

    private static JsonNode At(string pointer) => pointer.Split('/').Skip(1).Aggregate((JsonNode)Schema, (node, name) => node[name]!);
}
