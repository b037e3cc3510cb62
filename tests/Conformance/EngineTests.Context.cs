using System.Text.Json.Nodes;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>What the context tells and takes: versions, tags, ids, JSON, pages.</summary>
public abstract partial class EngineTests
{
    [SuiteFact]
    public async Task Empty_orchestration_completes_under_its_id()
    {
        var id = await StartAsync("Empty", null);
        var done = await engine.EndOfAsync(id);
        Assert.Equal(
            ("Empty", id, OrchestrationRuntimeStatus.Completed, null), (done.Name, done.InstanceId, done.RuntimeStatus, done.SerializedOutput));
    }

    [SuiteFact]
    public async Task Default_version_is_seen_by_the_orchestrator_and_its_activities() =>
        Assert.Equal("2 2 True", (await RunAsync("Versions", "")).ReadOutputAs<string>());

    [SuiteFact]
    public async Task Tags_are_seen_by_the_client_and_do_not_disturb_activities()
    {
        var end = await engine.EndOfAsync(
            await StartAsync("TaggedCall", "hey", new StartOrchestrationOptions { Tags = new Dictionary<string, string> { ["k"] = "v" } }));
        Assert.Equal(("hey", "k=v"), (end.ReadOutputAs<string>(), string.Join(' ', end.Tags.Select(tag => $"{tag.Key}={tag.Value}"))));
    }

    [SuiteFact]
    public async Task New_ids_differ_within_an_instance_between_instances_and_between_its_rounds()
    {
        var one = (await RunAsync("Guids", null)).ReadOutputAs<Guid[]>()!;
        var other = (await RunAsync("Guids", null)).ReadOutputAs<Guid[]>()!;
        Assert.Equal(16, one.Concat(other).Distinct().Count());
    }

    [SuiteFact]
    public async Task Custom_status_of_any_type_can_be_read_while_it_runs_and_after()
    {
        var id = await StartAsync("AnyStatus", "");
        await engine.Client.RaiseEventAsync(id, "Other");
        await WaitUntilAsync(id, instance => instance.ReadCustomStatusAs<string>() == "begun");
        await engine.Client.RaiseEventAsync(id, "Status", ("done", 3));
        Assert.Equal(("done", 3), (await engine.EndOfAsync(id)).ReadCustomStatusAs<(string, int)>());
    }

    [SuiteFact]
    public async Task Json_nodes_pass_unchanged_in_and_out()
    {
        var done = await RunAsync("JsonNodes", new JsonObject { ["given"] = new JsonArray(1, "é", null) });
        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse("""{ "given": [1, "é", null], "added": 2 }"""), done.ReadOutputAs<JsonNode>()), done.SerializedOutput);
    }

    [SuiteFact]
    public async Task Pages_fetched_by_an_activity_are_enumerated_in_the_orchestrator() =>
        Assert.Equal(15, (await RunAsync("SumOfPages", "")).ReadOutputAs<int>());
}
