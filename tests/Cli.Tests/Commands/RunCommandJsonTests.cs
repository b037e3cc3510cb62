using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>The document of <c>run --json</c> is a contract (docs/http-api.md): names and their order at every level.</summary>
public sealed class RunCommandJsonTests : IDisposable
{
    /// <summary>One step is retried, one fails: every member of the document has something to say.</summary>
    private const string Mocks = """
        "first": [ { "error": { "kind": "rateLimited", "retryAfterMs": 20 }, "usage": { "inputTokens": 5 } },
                   { "output": { "text": "one" }, "latencyMs": 5, "usage": { "inputTokens": 10, "outputTokens": 20, "cachedTokens": 3 } } ],
        "second": [ { "error": { "kind": "contentFiltered", "message": "No." } } ]
        """;

    /// <summary>Members that differ from run to run.</summary>
    private static readonly HashSet<string> TimesAndIds =
    [
        "runId", "createdAt", "startedAt", "completedAt", "durationMs", "queuedMs", "totalWaitTime", "averageWaitTime",
        "totalDurationMs", "parallelEfficiency", "criticalPathMs", "workMs", "boundMs",
    ];

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Document_of_a_completed_run_has_the_members_of_the_contract_in_its_order()
    {
        var run = (await _workspace.RunAsync(Workspace.Three, null, "--json")).Json();

        AssertMembers(
            run, "runId", "workflow", "app", "definitionHash", "status", "attempt", "createdAt", "startedAt", "completedAt", "environment", "tags",
            "parentRunId", "outputs", "error", "warnings", "progress", "attempts", "steps", "pools", "usage");
        AssertMembers(run.GetProperty("progress"), "total", "done");
        AssertMembers(
            run.GetProperty("attempts").EnumerateArray().Single(), "n", "from", "reason", "by", "reused", "status", "startedAt", "completedAt",
            "error", "failed", "changed");
        AssertMembers(run.GetProperty("steps"), "first", "second", "alone");
        foreach (var step in run.GetProperty("steps").EnumerateObject())
        {
            AssertStep(step.Value);
            Assert.Equal(JsonValueKind.Null, step.Value.GetProperty("error").ValueKind);
        }

        AssertMembers(run.GetProperty("pools"), "run");
        AssertMembers(
            run.GetProperty("pools").GetProperty("run"), "tasksCompleted", "tasksFailed", "tasksTimedOut", "activeWorkers", "maxConcurrent",
            "queueLength", "totalWaitTime", "averageWaitTime", "utilizationRate");
        AssertMembers(
            run.GetProperty("usage"), "inputTokens", "outputTokens", "cachedTokens", "estimatedCost", "currency", "totalDurationMs",
            "parallelEfficiency", "criticalPathMs", "workMs", "boundMs");
    }

    [Fact]
    public async Task Document_of_a_failed_run_has_the_members_of_the_contract_in_its_order()
    {
        var run = (await _workspace.RunAsync(Workspace.Three, Mocks, "--json")).Json();

        AssertError(run.GetProperty("error"));
        AssertError(run.GetProperty("steps").GetProperty("second").GetProperty("error"));
        foreach (var step in run.GetProperty("steps").EnumerateObject())
        {
            AssertStep(step.Value);
        }
    }

    [Fact]
    public async Task Outputs_are_the_inputs_then_each_step_in_definition_order()
    {
        const string Definition = """
            { "inputs": { "topic": {}, "words": { "default": 3 } },
              "steps": [ { "id": "later", "prompt": "{{early}} {{topic}}", "dependsOn": ["early"], "outputKey": "z" },
                         { "id": "early", "prompt": "- {{words}}", "options": { "outputTransform": "extractMarkdownList" } } ] }
            """;

        var result = await _workspace.RunAsync(Definition, """ "early": [ { "output": "- one\n- two" } ] """, "-i", "topic=tea", "--json");

        Assert.True(result.ExitCode == ExitCodes.Completed, result.Output + result.Error);
        Assert.Equal(
            """{"topic":"tea","words":3,"z":"ok","early":"- one\n- two","early_transformed":["one","two"]}""",
            JsonSerializer.Serialize(result.Json().GetProperty("outputs")));
    }

    [Fact]
    public async Task Usage_counts_every_attempt_and_what_failed()
    {
        var run = (await _workspace.RunAsync(Workspace.Three, Mocks, "--json")).Json();

        var first = run.GetProperty("steps").GetProperty("first").GetProperty("usage");
        Assert.Equal(15, first.GetProperty("inputTokens").GetInt32());
        Assert.Equal(20, first.GetProperty("outputTokens").GetInt32());
        Assert.Equal(3, first.GetProperty("cachedTokens").GetInt32());
        Assert.True(first.GetProperty("estimatedCost").GetDecimal() > 0);
        Assert.True(run.GetProperty("usage").GetProperty("inputTokens").GetInt32() >= 15);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Mocks)]
    public async Task Same_mocks_give_the_same_document_but_for_ids_and_times(string? mocks)
    {
        var first = await _workspace.RunAsync(Workspace.Three, mocks, "--json");
        var second = await _workspace.RunAsync(Workspace.Three, mocks, "--json");

        Assert.NotEqual(first.Json().GetProperty("runId").GetString(), second.Json().GetProperty("runId").GetString());
        Assert.Equal(WithoutTimesAndIds(first.Output), WithoutTimesAndIds(second.Output));
    }

    private static string WithoutTimesAndIds(string document)
    {
        var root = JsonNode.Parse(document)!;
        Strip(root);
        return root.ToJsonString();
    }

    private static void Strip(JsonNode node)
    {
        if (node is JsonArray items)
        {
            foreach (var item in items.Where(item => item is not null))
            {
                Strip(item!);
            }
        }
        else if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToList())
            {
                if (TimesAndIds.Contains(name))
                {
                    members.Remove(name);
                }
                else if (value is not null)
                {
                    Strip(value);
                }
            }
        }
    }

    private static void AssertStep(JsonElement step)
    {
        AssertMembers(
            step, "status", "reason", "attempts", "startedAt", "completedAt", "durationMs", "queuedMs", "reused", "fallbackUsed", "usage", "error");
        AssertMembers(step.GetProperty("usage"), "inputTokens", "outputTokens", "cachedTokens", "estimatedCost", "estimated");
    }

    private static void AssertError(JsonElement error) =>
        AssertMembers(error, "kind", "message", "step", "attempt", "retryable", "retryAfterMs", "details");

    private static void AssertMembers(JsonElement element, params string[] names) =>
        Assert.Equal(names, element.EnumerateObject().Select(member => member.Name));
}
