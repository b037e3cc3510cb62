using System.Text.Json.Nodes;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Workflows.Tests.Templates;

public sealed class ValueTemplateTests
{
    [Theory]
    [InlineData("{{data.size}}", "7")]
    [InlineData("{{ data.größe }}", "8")]
    [InlineData("{{data[\"größe\"]}}", "8")]
    [InlineData("{{data.[größe]}}", "8")]
    [InlineData("{{größe}}", "9")]
    [InlineData("{{with-dash}}", "[10]")]
    [InlineData("{{data.größe}}!", "\"8!\"")]
    public void Sole_placeholder_becomes_the_value_whatever_its_names_are(string text, string expected)
    {
        var values = JsonNode.Parse("""{ "data": { "size": 7, "größe": 8 }, "größe": 9, "with-dash": [10] }""")!;
        var template = new ValueTemplate(new JsonObject { ["v"] = text }, []);

        Assert.Equal(expected, template.Render(name => TemplateValue.Of(values[name]))["v"]!.ToJsonString());
    }

    [Fact]
    public void Literal_members_are_no_templates()
    {
        var template = new ValueTemplate(new JsonObject { ["text"] = "{{a}}", ["v"] = "{{b}}" }, ["text"]);

        Assert.Equal(["b"], template.Paths.Select(path => path.ToString()));
        Assert.Equal("""{"text":"{{a}}","v":1}""", template.Render(_ => TemplateValue.Of(1)).ToJsonString());
    }
}
