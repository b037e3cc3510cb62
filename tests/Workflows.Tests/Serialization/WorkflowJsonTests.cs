using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Tests.Serialization;

public sealed class WorkflowJsonTests
{
    [Theory]
    [InlineData("null", "")]
    [InlineData("\"ä\"", "ä")]
    [InlineData("8.50", "8.50")]
    [InlineData("[1, \"ä\"]", "[1,\"ä\"]")]
    public void Text_of_a_value_is_its_text_or_compact_json(string json, string expected) => Assert.Equal(expected, WorkflowJson.Text(JsonNode.Parse(json)));

    [Fact]
    public void Text_of_a_date_is_its_text() => Assert.Equal("2025-01-02T00:00:00", WorkflowJson.Text(JsonValue.Create(new DateTime(2025, 1, 2))));
}
