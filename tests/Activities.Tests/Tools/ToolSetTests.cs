using Orchestrator.Activities.Tools;

namespace Orchestrator.Activities.Tests.Tools;

public sealed class ToolSetTests
{
    [Fact]
    public void Find_knows_tools_by_their_exact_name()
    {
        var set = new ToolSet([new ToolDouble("beta"), new ToolDouble("alpha")]);

        Assert.Equal("beta", set.Find("beta")!.Name);
        Assert.Null(set.Find("Beta"));
        Assert.Equal(["alpha", "beta"], set.Names);
    }

    [Fact]
    public void Two_tools_of_one_name_are_refused_and_both_named()
    {
        var problem = Assert.Throws<ArgumentException>(() => new ToolSet([new ToolDouble("same"), new OtherTool("same")]));

        Assert.Contains($"'same': {typeof(ToolDouble)} and {typeof(OtherTool)}", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Http")]
    [InlineData("1st")]
    [InlineData("http-request")]
    [InlineData("name\n")]
    public void Name_that_definitions_cannot_write_is_refused(string name) =>
        Assert.Contains($"'{name}'", Assert.Throws<ArgumentException>(() => new ToolSet([new ToolDouble(name)])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "pattern": "x" }""", "has the keyword 'pattern'")]
    [InlineData("""{ "properties": { "a": { "type": "text" } } }""", "at /properties/a has the type 'text'")]
    [InlineData("""{ "items": { "minLength": 1 } }""", "at /items has the keyword 'minLength'")]
    [InlineData("""{ "additionalProperties": 1 }""", "at /additionalProperties must be an object")]
    public void Schema_that_would_not_be_checked_is_refused(string schema, string why) =>
        Assert.Contains(why, Assert.Throws<ArgumentException>(() => new ToolSet([new ToolDouble("tool", schema)])).Message, StringComparison.Ordinal);

    private sealed class OtherTool(string name) : ToolDouble(name);
}
