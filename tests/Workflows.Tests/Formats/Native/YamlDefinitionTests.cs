using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Compilation;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>Whole definitions in YAML.</summary>
public class YamlDefinitionTests
{
    [Theory]
    [InlineData("01-cfas-feedback")]
    [InlineData("02-chain")]
    [InlineData("03-diamond")]
    public void Same_definition_in_yaml_and_json_is_the_same(string example)
    {
        var json = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "examples", example, "workflow.json"));
        var yaml = HandWrittenYaml.Of(JsonNode.Parse(
            json, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }));

        Assert.Equal(Definition(json), Definition(yaml));
        Assert.Equal(Definition(json), Definition("\uFEFF" + yaml.Replace("\n", "\r\n", StringComparison.Ordinal)));
    }

    [Fact]
    public void Steps_can_share_options_with_anchors()
    {
        var workflow = Read("""
            steps:
              - id: a
                prompt: x
                options: &careful
                  retry: { maxAttempts: 4 }
                  temperature: 0.5
              - id: b
                prompt: y
                options:
                  <<: *careful
                  temperature: 1
              - { id: c, prompt: z, options: *careful, dependsOn: [a, b] }
            """);

        Assert.Equal([4, 4, 4], workflow.Graph.Steps.Select(step => step.Retry!.MaxAttempts));
        Assert.Equal([0.5, 1, 0.5], workflow.Definition.Steps.Select(step => step.Options.Temperature!.Value));
    }

    [Fact]
    public void Error_in_an_anchored_value_is_reported_once_where_it_is_written()
    {
        var result = WorkflowReader.Read("""
            steps:
              - { id: a, prompt: x, options: &o { maxTokens: 0 } }
              - { id: b, prompt: y, options: *o }
            """u8);

        var finding = Assert.Single(result.Diagnostics);
        Assert.Equal((DiagnosticCodes.WrongValue, 2, 50), (finding.Code, finding.Line, finding.Column));
    }

    [Fact]
    public void Alias_of_the_wrong_type_is_reported_at_the_alias()
    {
        var result = WorkflowReader.Read("name: &n Name\nsteps: *n"u8);

        Assert.Equal(
            (DiagnosticCodes.WrongType, 2, 8), (Assert.Single(result.Diagnostics).Code, result.Diagnostics[0].Line, result.Diagnostics[0].Column));
    }

    [Theory]
    [InlineData("{ \"steps\": ")]
    [InlineData(" \t\r\n[1")]
    [InlineData("// what this is for\n{ steps }")]
    [InlineData("/* what this is for */ { steps }")]
    public void Text_that_begins_like_json_has_errors_of_the_json_parser(string text) =>
        Assert.Contains("JSON", Assert.Single(WorkflowReader.Read(Encoding.UTF8.GetBytes(text)).Diagnostics).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("steps: [")]
    [InlineData("# { }\nsteps: [")]
    [InlineData("---\nsteps: [")]
    public void Any_other_text_has_errors_of_the_yaml_parser(string text) =>
        Assert.Contains("YAML", Assert.Single(WorkflowReader.Read(Encoding.UTF8.GetBytes(text)).Diagnostics).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("# nothing\n")]
    [InlineData("---\n")]
    [InlineData("---\n...\n")]
    public void Empty_text_is_one_error(string text)
    {
        var finding = Assert.Single(WorkflowReader.Read(Encoding.UTF8.GetBytes(text)).Diagnostics);

        Assert.Equal((DiagnosticCodes.InvalidText, 1, 1), (finding.Code, finding.Line, finding.Column));
    }

    [Fact]
    public void Unpaired_surrogate_is_an_error_in_json_and_yaml()
    {
        Assert.Equal((1, 11), Place("""{ "name": "\ud800" }"""));
        Assert.Equal((1, 14), Place("name: \"\\ud800\""));
    }

    private static (int, int) Place(string text)
    {
        var finding = Assert.Single(WorkflowReader.Read(Encoding.UTF8.GetBytes(text)).Diagnostics);
        Assert.Equal(DiagnosticCodes.InvalidText, finding.Code);
        return (finding.Line, finding.Column);
    }

    private static string Definition(string text) => JsonSerializer.Serialize(Read(text).Definition, WorkflowJson.Indented);

    private static CompiledWorkflow Read(string text)
    {
        var result = WorkflowReader.Read(Encoding.UTF8.GetBytes(text));
        Assert.True(result.Workflow is not null, string.Join('\n', result.Diagnostics));
        return result.Workflow!;
    }
}
