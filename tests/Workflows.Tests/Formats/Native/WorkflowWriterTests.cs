using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Formats.Native;

namespace Orchestrator.Workflows.Tests.Formats.Native;

public sealed class WorkflowWriterTests
{
    private const string Schema = "../../schemas/workflow.schema.json";

    private static readonly WorkflowDefinition Written = Documents.ReadWell("""
        {
          "outputs": { "summary": "summary" }, "finally": ["summary"], "rateLimits": { "gpt-4o": { "requestsPerMinute": 60 } },
          "slug": "feedback", "name": "Feedback: 2", "description": "yes", "inputs": { "answer": { "type": "string", "default": "1.0" }, "n": null },
          "options": { "maxParallelism": "auto", "budget": { "usd": 0.50 } },
          "steps": [
            { "id": "clarify", "type": "prompt", "prompt": "Clarify this:\n\n  {{answer}}\n", "dependsOn": [], "join": "all",
              "options": { "onError": { "timeout": { "step": "summary" }, "default": "continue" }, "fallback": { "value": null } } },
            { "id": "summary", "promptId": "sum@v1", "dependsOn": "auto", "inputMapping": { "a": { "value": ["x", 1e3] }, "no": { "expr": "n > 1" } },
              "options": { "retry": { "on": ["timeout"] } } },
            { "id": "all", "type": "merge", "mode": "concat", "separator": " ", "from": ["clarify", "summary"], "dependsOn": [] }
          ]
        }
        """);

    [Fact]
    public void Json_has_the_members_in_the_order_of_the_format_and_nothing_that_was_not_said() => Assert.Equal("""
        {
          "$schema": "../../schemas/workflow.schema.json",
          "slug": "feedback",
          "name": "Feedback: 2",
          "description": "yes",
          "inputs": {
            "answer": {
              "type": "string",
              "default": "1.0"
            },
            "n": {}
          },
          "options": {
            "maxParallelism": "auto",
            "budget": {
              "usd": 0.50
            }
          },
          "resources": {
            "gpt-4o": {
              "requestsPerMinute": 60
            }
          },
          "steps": [
            {
              "id": "clarify",
              "prompt": "Clarify this:\n\n  {{answer}}\n",
              "options": {
                "onError": {
                  "timeout": {
                    "step": "summary"
                  },
                  "default": "continue"
                },
                "fallback": {
                  "value": null
                }
              }
            },
            {
              "id": "summary",
              "promptId": "sum@v1",
              "dependsOn": "auto",
              "inputMapping": {
                "a": {
                  "value": [
                    "x",
                    1e3
                  ]
                },
                "no": {
                  "expr": "n > 1"
                }
              },
              "options": {
                "retry": {
                  "on": [
                    "timeout"
                  ]
                }
              }
            },
            {
              "id": "all",
              "type": "merge",
              "mode": "concat",
              "from": [
                "clarify",
                "summary"
              ],
              "separator": " ",
              "dependsOn": []
            }
          ],
          "finally": [
            "summary"
          ],
          "outputs": {
            "summary": "summary"
          }
        }

        """, WorkflowWriter.WriteJson(Written, Schema));

    [Fact]
    public void Yaml_is_in_block_style_and_quotes_only_what_would_be_something_else() => Assert.Equal("""
        # yaml-language-server: $schema=../../schemas/workflow.schema.json
        slug: feedback
        name: "Feedback: 2"
        description: "yes"
        inputs:
          answer:
            type: string
            default: "1.0"
          "n": {}
        options:
          maxParallelism: auto
          budget:
            usd: 0.50
        resources:
          gpt-4o:
            requestsPerMinute: 60
        steps:
          - id: clarify
            prompt: |
              Clarify this:

                {{answer}}
            options:
              onError:
                timeout:
                  step: summary
                default: continue
              fallback:
                value: null
          - id: summary
            promptId: sum@v1
            dependsOn: auto
            inputMapping:
              a:
                value:
                  - x
                  - 1e3
              "no":
                expr: n > 1
            options:
              retry:
                "on":
                  - timeout
          - id: all
            type: merge
            mode: concat
            from:
              - clarify
              - summary
            separator: " "
            dependsOn: []
        finally:
          - summary
        outputs:
          summary: summary

        """, WorkflowWriter.WriteYaml(Written, Schema));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("Two words, and (some) [more] {{x}} C# it's \"so\" http://x", "Two words, and (some) [more] {{x}} C# it's \"so\" http://x")]
    [InlineData("", "\"\"")]
    [InlineData("no", "\"no\"")]
    [InlineData("Null", "\"Null\"")]
    [InlineData("~", "\"~\"")]
    [InlineData("1.0", "\"1.0\"")]
    [InlineData(" a", "\" a\"")]
    [InlineData("a ", "\"a \"")]
    [InlineData("a: b", "\"a: b\"")]
    [InlineData("a:", "\"a:\"")]
    [InlineData("a #b", "\"a #b\"")]
    [InlineData("a *b", "\"a *b\"")]
    [InlineData("- \"a\" isn't", "'- \"a\" isn''t'")]
    [InlineData("{{x}}", "\"{{x}}\"")]
    [InlineData("<<", "\"<<\"")]
    [InlineData("a\tb", "\"a\\tb\"")]
    [InlineData("a\u0085\0\uFEFF", "\"a\\u0085\\u0000\\uFEFF\"")]
    [InlineData("é 日本 😀 \uFDD0", "é 日本 😀 \uFDD0")]
    [InlineData("\n", "\"\\n\"")]
    [InlineData("a\r\nb", "\"a\\r\\nb\"")]
    [InlineData("a\n \nb", "\"a\\n \\nb\"")]
    [InlineData("a\n\tb", "\"a\\n\\tb\"")]
    [InlineData("a\nb", "|-\n  a\n  b")]
    [InlineData("a\nb\n", "|\n  a\n  b")]
    [InlineData("a\n\n", "|+\n  a\n")]
    [InlineData("  a\nb", "|2-\n    a\n  b")]
    [InlineData("\na", "|2-\n\n  a")]
    [InlineData("a: 'b'\n# c\n---\n\"d\t", "|-\n  a: 'b'\n  # c\n  ---\n  \"d\t")]
    public void Text_is_written_in_yaml_in_the_most_readable_way_that_is_exact(string text, string written) => Assert.StartsWith(
        $"name: {written}\nsteps:", WorkflowWriter.WriteYaml(new WorkflowDefinition { Name = text, Steps = [] }), StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Documents.Examples), MemberType = typeof(Documents))]
    public void Example_is_read_again_from_both_formats(string name)
    {
        var definition = Documents.ReadWell(Documents.Resource(name));

        Assert.Equal(Documents.Content(definition), Documents.Content(Documents.ReadWell(WorkflowWriter.WriteJson(definition))));
        Assert.Equal(Documents.Content(definition), Documents.Content(Documents.ReadWell(WorkflowWriter.WriteYaml(definition))));
    }

    [Fact]
    public void Value_of_the_maximum_depth_is_read_again()
    {
        var depth = DefinitionLimits.MaxNesting - 3;
        var value = JsonNode.Parse(
            $"{string.Concat(Enumerable.Repeat("[{\"\":", depth / 2))}1{string.Concat(Enumerable.Repeat("}]", depth / 2))}", null,
            new JsonDocumentOptions { MaxDepth = 100 });
        var definition = new WorkflowDefinition
        {
            Inputs = [new InputDefinition("deep") { Default = value }],
            Steps = [new StepDefinition { Id = "a", Prompt = "x" }]
        };

        Assert.Equal(Documents.Content(definition), Documents.Content(Documents.ReadWell(WorkflowWriter.WriteJson(definition))));
        Assert.Equal(Documents.Content(definition), Documents.Content(Documents.ReadWell(WorkflowWriter.WriteYaml(definition))));
    }
}
