using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Formats.Native;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Tests.Formats.Native;

namespace Orchestrator.Workflows.Tests.Schemas;

public sealed class SchemaAgreementTests
{
    private static readonly JsonNode?[] Values =
    [
        .. new[]
        {
            "null", "true", "false", "\"\"", "\"x\"", "\"a b\"", "\"auto\"", "\"a\\n\"", "\"inputs\"", "0", "-0", "1", "-1", "1.5", "1.0", "2e0",
            "2.0001", "100", "101", "1e3", "1e4", "10001", "2147483647", "2147483648", "1e9", "1000000000.1",
            "9223372036854775807", "9223372036854775808", "1e400", "-1e400", "{}", "[]", "[\"x\"]", "[null]", "[1]", "[{}]", "{ \"x\": 1 }",
            "{ \"x\": null }", "{ \"x\": \"a\" }", "{ \"step\": \"x\" }", "{ \"step\": null }", "{ \"value\": null }",
            "{ \"value\": 1, \"expr\": null }", "{ \"value\": 1, \"expr\": \"a\" }", "{ \"expr\": null }", "{ \"expr\": 1 }",
            "{ \"step\": \"x\", \"value\": null }", "{ \"step\": null, \"value\": 1 }", "{ \"default\": null }",
            "{ \"timeout\": \"continue\" }", "{ \"timeout\": null }", "{ \"until\": \"a\", \"max\": 2 }", "{ \"usd\": null }",
            "{ \"maxConcurrent\": 1 }", "{ \"x\": { \"maxConcurrent\": null } }", "[\"timeout\"]",
        }.Select(text => JsonNode.Parse(text)),
        JsonValue.Create(new string('a', 128)), JsonValue.Create(new string('a', 129)),
        .. EnumValues(Judgement.Schema).Distinct().Select(name => (JsonNode?)name),
    ];

    private static readonly string[] Names = [.. PropertyNames(Judgement.Schema).Append("other").Append("x y").Distinct()];

    /// <summary>Between them these have every member that there is, and what must be there once.</summary>
    public static TheoryData<string> Full =>
    [
        """
        {
          "$schema": "s", "id": "i", "slug": "s", "name": "n", "description": "d", "appName": "a",
          "inputs": { "q": { "type": "string", "required": true, "default": "x", "maxLength": 200, "description": "d" }, "n": { "type": "integer",
          "default": 3 } },
          "options": {
            "maxParallelism": 4, "parallelBatchDelay": 200, "queueSize": 500, "queueFull": "wait", "defaultModel": "m", "maxDuration": 1,
            "timeout": 1,
            "onStepFailure": "stop", "stream": true, "budget": { "usd": 0.5, "tokens": 10 }
          },
          "resources": { "crm": { "requestsPerSecond": 1, "requestsPerMinute": 2, "tokensPerMinute": 3, "maxConcurrent": 4 } },
          "rateLimits": { "m": { "requestsPerMinute": 2 } },
          "steps": [ { "id": "a", "prompt": "x" } ], "finally": ["a"], "outputs": { "a": "a" }
        }
        """,
        """
        {
          "steps": [
            {
              "id": "a", "type": "prompt", "description": "d", "promptId": "p", "outputKey": "o", "merge": "append", "dependsOn": ["b"],
              "join": "any", "when": "a == 1",
              "inputMapping": { "x": "a", "y": { "value": 1 }, "z": { "expr": "1" } }, "uses": ["a"], "reads": ["a"], "writes": ["a"],
              "repeat": { "until": "true", "max": 3 },
              "options": {
                "stream": true, "model": "m", "models": ["m", "n"], "temperature": 0.2, "reasoning": "max", "maxTokens": 8, "timeout": 1,
                "stepTimeout": 1,
                "retry": { "maxAttempts": 4, "firstInterval": 500, "backoff": 2, "maxInterval": 3, "on": ["rateLimited"] },
                "outputTransform": "parseJson", "onError": { "timeout": { "step": "x" }, "default": "fail" }, "fallback": { "value": "n/a" },
                "cache": false, "estimatedMs": 2000
              }
            }
          ]
        }
        """,
        """{ "steps": [ { "id": "a", "prompt": "x", "dependsOn": "auto", "options": { "retryCount": 1, "onError": "fallback",""" +
        """ "fallback": { "step": "b" } } } ] }""",
        """
        { "steps": [ { "id": "a", "type": "tool", "tool": "t", "input": { "a": 1 }, "inputMapping": { "x": "a" }, "repeat": { "until": "true",
        "max": 3 }, "options": { "retryCount": 1, "cache": true, "timeout": 1, "stepTimeout": 2 } } ] }
        """,
        """{ "steps": [ { "id": "a", "type": "merge", "mode": "template", "from": ["a", "b"], "template": "t", "outputKey": "o",""" +
        """ "dependsOn": [], "options": { "estimatedMs": 1, "onError": "continue" } } ] }""",
        """
        {
          "options": { "maxParallelism": "auto", "budget": { "tokens": 1 } },
          "resources": { "a": { "requestsPerSecond": 1 }, "b": { "requestsPerMinute": 1 }, "c": { "tokensPerMinute": 1 },
          "d": { "maxConcurrent": 1 } },
          "steps": [ { "id": "a", "prompt": "x" }, { "id": "b", "promptId": "y", "options": {} } ]
        }
        """,
        """{ "steps": [ { "id": "a", "type": "merge", "mode": "concat", "from": { "a": "a" }, "separator": "s" }, { "id": "b", "type": "merge",""" +
        """ "from": ["a"] } ] }""",
    ];

    [Fact]
    public void Schema_accepts_every_definition_that_is_written() => Prop.ForAll(
        DefinitionSource.Any, definition => Assert.True(Judgement.Agreed(Parse(WorkflowWriter.WriteJson(definition, "s")))))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Theory]
    [MemberData(nameof(Documents.Examples), MemberType = typeof(Documents))]
    public void Schema_accepts_every_example(string name) =>
        Assert.True(Judgement.Agreed(Parse(WorkflowWriter.WriteJson(Documents.ReadWell(Documents.Resource(name))))));

    [Theory]
    [MemberData(nameof(Full))]
    public void Schema_and_reader_agree_on_every_single_change_of_a_full_document(string text)
    {
        Assert.True(Judgement.Agreed(Parse(text)));
        var count = Place.In(Parse(text)).Count();
        for (var index = 0; index < count; index++)
        {
            foreach (var value in Values)
            {
                Changed(text, index, place => place.Set(value));
            }

            foreach (var name in Names)
            {
                Changed(text, index, place => place.Copy(name, moves: true));
                Changed(text, index, place => place.Copy(name, moves: false));
            }

            Changed(text, index, place => place.Remove());
        }
    }

    [Fact]
    public void Schema_and_reader_agree_on_several_changes_of_any_document() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed =>
        {
            var random = new Random(seed);
            var document = Parse(WorkflowWriter.WriteJson(new DefinitionSource(seed).Next()));
            for (var left = random.Next(1, 4); left > 0; left--)
            {
                var places = Place.In(document).ToList();
                Change(random, places[random.Next(places.Count)], places);
            }

            Judgement.Agreed(document);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4_000));

    [Theory]
    [InlineData("[]")]
    [InlineData("1")]
    [InlineData("\"steps\"")]
    public void Schema_and_reader_agree_on_what_is_no_object(string text) => Assert.False(Judgement.Agreed(Parse(text)));

    [Theory]
    [InlineData("""{ "steps": [ { "id": "a", "prompt": "x", "options": { "model": "a", "models": ["b"] } } ] }""", "one value must equal another")]
    [InlineData(
        """{ "inputs": { "a": { "default": "long", "maxLength": 3 } }, "steps": [ { "id": "a", "prompt": "x" } ] }""",
        "the length of one value is limited by another")]
    [InlineData("""{ "resources": { "a": { "maxConcurrent": 1 } }, "rateLimits": { "a": { "maxConcurrent": 1 } }, "steps": [ { "id": "a",""" +
        """ "prompt": "x" } ] }""", "names of one object must not be in another")]
    [InlineData("""{ "steps": [ { "id": "a", "type": "merge", "from": ["x.b", "b"] } ] }""", "names come from the ends of paths")]
    public void Schema_cannot_say_what_the_reader_says(string text, string reason)
    {
        Assert.Equal(reason, Judgement.ExceptionOf(Assert.Single(Documents.Read(text).Findings)));
        Assert.True(Judgement.SchemaAccepts(Parse(text)));
    }

    [Fact]
    public void Schema_and_reader_agree_on_the_number_of_steps()
    {
        Assert.True(Judgement.Agreed(Steps(DefinitionLimits.MaxSteps)));
        Assert.False(Judgement.Agreed(Steps(DefinitionLimits.MaxSteps + 1)));

        static JsonObject Steps(int count) => new()
        {
            ["steps"] = new JsonArray([.. Enumerable.Range(0, count).Select(step => new JsonObject { ["id"] = $"s{step}", ["prompt"] = "x" })])
        };
    }

    [Fact]
    public void Schema_and_reader_agree_on_actions_by_kind_of_failure()
    {
        foreach (var kind in EnumNames.All<ErrorKind>().Append("default"))
        {
            foreach (var value in Values)
            {
                Judgement.Agreed(new JsonObject
                {
                    ["steps"] = new JsonArray(new JsonObject
                    {
                        ["id"] = "a",
                        ["prompt"] = "x",
                        ["options"] = new JsonObject { ["onError"] = new JsonObject { [kind] = value?.DeepClone() } }
                    }),
                });
            }
        }
    }

    private static void Change(Random random, Place place, List<Place> places)
    {
        switch (random.Next(5))
        {
            case 0:
                place.Remove();
                break;
            case 1:
                place.Copy(Names[random.Next(Names.Length)], moves: true);
                break;
            case 2:
                place.Copy(Names[random.Next(Names.Length)], moves: false);
                break;
            case 3:
                place.Set(places[random.Next(places.Count)].Value);
                break;
            default:
                place.Set(Values[random.Next(Values.Length)]);
                break;
        }
    }

    private static void Changed(string text, int index, Action<Place> change)
    {
        var document = Parse(text);
        change(Place.In(document).ElementAt(index));
        Judgement.Agreed(document);
    }

    private static JsonNode Parse(string text) => JsonNode.Parse(text)!;

    private static IEnumerable<string> EnumValues(JsonNode schema) => Place.In(schema)
        .Where(place => place.Name is "enum" && place.Value is JsonArray)
        .SelectMany(place => place.Value!.AsArray())
        .Where(value => value?.GetValueKind() == JsonValueKind.String)
        .Select(value => value!.GetValue<string>());

    private static IEnumerable<string> PropertyNames(JsonNode schema) => Place.In(schema)
        .Where(place => place.Name is "properties")
        .SelectMany(place => place.Value!.AsObject().Select(property => property.Key));
}
