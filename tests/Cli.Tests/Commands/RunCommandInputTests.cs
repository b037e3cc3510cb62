using System.Text.Json;

namespace Orchestrator.Cli.Tests.Commands;

public sealed class RunCommandInputTests : IDisposable
{
    private const string Any = """{ "inputs": { "value": {}, "other": {} }, "steps": [ { "id": "say", "prompt": "Say {{value}}." } ] }""";

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData("hello", "\"hello\"")]
    [InlineData("", "\"\"")]
    [InlineData("a=b", "\"a=b\"")]
    [InlineData("12", "12")]
    [InlineData("-0.5", "-0.5")]
    [InlineData("12 apples", "\"12 apples\"")]
    [InlineData("true", "true")]
    [InlineData("truely", "\"truely\"")]
    [InlineData("[1,\"two\"]", "[1,\"two\"]")]
    [InlineData("{not json", "\"{not json\"")]
    [InlineData("\"12\"", "\"12\"")]
    [InlineData("\"true\"", "\"true\"")]
    [InlineData("\"quoted\"", "\"\\u0022quoted\\u0022\"")]
    public async Task Input_on_the_command_line_is_JSON_of_another_kind_than_text_or_else_text(string written, string expected)
    {
        var result = await _workspace.RunAsync(Any, null, "-i", "value=" + written, "--json");

        Assert.Equal(expected, Input(result, "value"));
    }

    [Theory]
    [InlineData("string", "5", "the number 5. In a shell write -i 'value=\"123\"'")]
    [InlineData("number", "abc", "a text. In a shell write -i value=1.5")]
    [InlineData("integer", "1.5", "the number 1.5. In a shell write -i value=3")]
    [InlineData("boolean", "yes", "a text. In a shell write -i value=true or -i value=false")]
    [InlineData("array", "a,b", "a text. In a shell write -i 'value=[\"a\", \"b\"]'")]
    [InlineData("object", "[1]", "a list. In a shell write -i 'value={\"key\": \"value\"}'")]
    public async Task Input_of_another_type_is_refused_with_the_declared_type_and_how_it_is_written(string type, string value, string what)
    {
        var result = await _workspace.RunAsync(
            $$"""{ "inputs": { "value": { "type": "{{type}}" } }, "steps": [ { "id": "say", "prompt": "x" } ] }""", null, "-i", "value=" + value);

        _workspace.AssertRefused(result, $"The input 'value' must be of type {type}; it is {what}");
    }

    [Fact]
    public async Task Input_from_a_file_is_its_text_even_when_it_looks_like_JSON()
    {
        var file = _workspace.Write("value.txt", "[1, 2]\n");

        var result = await _workspace.RunAsync(Any, null, "-i", "value=@" + file, "--json");

        Assert.Equal("\"[1, 2]\\n\"", Input(result, "value"));
    }

    [Fact]
    public async Task Input_on_the_command_line_goes_before_the_inputs_file()
    {
        var file = _workspace.Write("mine.json", """{ "value": "from the file", "other": 2, /* comments are fine */ }""");

        var result = await _workspace.RunAsync(Any, null, "--inputs", file, "-i", "value=mine", "--json");

        Assert.Equal("\"mine\"", Input(result, "value"));
        Assert.Equal("2", Input(result, "other"));
    }

    [Fact]
    public async Task Sample_inputs_beside_the_definition_are_used_when_none_are_given_and_a_line_says_so()
    {
        _workspace.Write("inputs.json", """{ "value": "sample" }""");

        var result = await _workspace.RunAsync(Any, null, "--json");

        Assert.Equal("\"sample\"", Input(result, "value"));
        Assert.Single(
            result.ErrorLines,
            line => line.StartsWith("Inputs: ", StringComparison.Ordinal) && line.Contains("inputs.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sample_inputs_are_not_mixed_with_given_ones()
    {
        _workspace.Write("inputs.json", """{ "value": "sample", "other": "sample" }""");

        var result = await _workspace.RunAsync(Any, null, "-i", "value=mine", "--json");

        Assert.Equal("\"mine\"", Input(result, "value"));
        Assert.False(result.Json().GetProperty("outputs").TryGetProperty("other", out _));
    }

    private static string Input(CommandResult result, string name)
    {
        Assert.True(result.ExitCode == ExitCodes.Completed, result.Error);
        return JsonSerializer.Serialize(result.Json().GetProperty("outputs").GetProperty(name));
    }
}
