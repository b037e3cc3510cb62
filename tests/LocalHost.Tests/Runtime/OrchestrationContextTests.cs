using System.Text.Json.Nodes;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>What the context tells, takes and refuses.</summary>
public sealed class OrchestrationContextTests
{
    [Fact]
    public async Task Empty_orchestration_completes_under_its_id()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator("empty", (TaskOrchestrationContext _) => { }));
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("empty");
        var done = await host.EndOfAsync(id);
        Assert.Equal(("empty", id, OrchestrationRuntimeStatus.Completed, null), (done.Name, done.InstanceId, done.RuntimeStatus, done.SerializedOutput));
    }

    [Theory]
    [InlineData("1.1", null, "1.1 1.1 1.1")]
    [InlineData("1.1", "", "  1.1")]
    [InlineData("1.1", "2.0", "2.0 2.0 1.1")]
    [InlineData("", null, "  ")]
    public async Task Version_is_the_default_unless_one_is_given_and_activities_inherit_it(string byDefault, string? given, string seen)
    {
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Options.DefaultVersion = byDefault;
            b.AddActivity("version", (TaskActivityContext c) => c.Version);
            b.AddOrchestrator("child", (TaskOrchestrationContext c) => c.Version);
            b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
                $"{c.Version} {await c.CallActivityAsync<string>("version")} {await c.CallSubOrchestratorAsync<string>("child")}");
        });
        var options = given is null ? new StartOrchestrationOptions() : new StartOrchestrationOptions { Version = given };
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("o", null, options);
        Assert.Equal(seen, (await host.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Theory]
    [InlineData("")]
    [InlineData("2.0")]
    public async Task Version_given_to_a_call_wins(string given)
    {
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Options.DefaultVersion = "1.0";
            b.AddActivity("version", (TaskActivityContext c) => c.Version);
            b.AddOrchestrator("child", (TaskOrchestrationContext c) => c.Version);
            b.AddOrchestrator("o", async (TaskOrchestrationContext c) => new[]
            {
                await c.CallActivityAsync<string>("version", options: new TaskOptions { Version = new TaskVersion(given) }),
                await c.CallSubOrchestratorAsync<string>("child", options: new SubOrchestrationOptions { Version = new TaskVersion(given) }),
            });
        });
        Assert.Equal([given, given], (await host.RunAsync("o")).ReadOutputAs<string[]>()!);
    }

    [Fact]
    public async Task Children_inherit_tags_and_their_own_win()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator("leaf", (TaskOrchestrationContext _) => { })
            .AddOrchestrator("root", async (TaskOrchestrationContext c) =>
            {
                await c.CallSubOrchestratorAsync("leaf", options: new SubOrchestrationOptions(instanceId: "plain"));
                await c.CallSubOrchestratorAsync("leaf", options: new SubOrchestrationOptions(instanceId: "tagged") { Tags = new Dictionary<string, string> { ["b"] = "own", ["c"] = "own" } });
            }));
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("root", null, new StartOrchestrationOptions { Tags = new Dictionary<string, string> { ["a"] = "root", ["b"] = "root" } });
        Assert.Equal("a=root b=root", await TagsOfAsync(host, id));
        Assert.Equal("a=root b=root", await TagsOfAsync(host, "plain"));
        Assert.Equal("a=root b=own c=own", await TagsOfAsync(host, "tagged"));

        static async Task<string> TagsOfAsync(LocalDurableHost host, string id) =>
            string.Join(' ', (await host.EndOfAsync(id)).Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"));
    }

    [Fact]
    public async Task Tags_do_not_disturb_activities()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddActivity("shout", (string text) => text + "!")
            .AddOrchestrator("o", (TaskOrchestrationContext c, string text) => c.CallActivityAsync<string>("shout", text, new TaskOptions(tags: new Dictionary<string, string> { ["k"] = "v" }))));
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync("o", "hey", new StartOrchestrationOptions { Tags = new Dictionary<string, string> { ["k"] = "w" } });
        Assert.Equal("hey!", (await host.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Orchestrator_calls_itself_as_its_child()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator("sum", async (TaskOrchestrationContext c, int n) =>
            n == 0 ? 0 : n + await c.CallSubOrchestratorAsync<int>("sum", n - 1)));
        Assert.Equal(10, (await host.RunAsync("sum", 4)).ReadOutputAs<int>());
        Assert.Equal(5, await host.Client.GetAllInstancesAsync().CountAsync());
    }

    [Fact]
    public async Task Guids_differ_within_an_instance_between_instances_and_between_its_rounds()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddActivity("echo", (Guid id) => id)
            .AddOrchestrator("o", async (TaskOrchestrationContext c, Guid[]? before) =>
            {
                var first = c.NewGuid();
                Guid[] all = [.. before ?? [], first, c.NewGuid(), await c.CallActivityAsync<Guid>("echo", c.NewGuid()), c.NewGuid()];
                if (before is null)
                {
                    c.ContinueAsNew(all);
                }

                return all;
            }));
        var one = (await host.RunAsync("o")).ReadOutputAs<Guid[]>()!;
        var other = (await host.RunAsync("o")).ReadOutputAs<Guid[]>()!;
        Assert.Equal(16, one.Concat(other).Distinct().Count());
    }

    [Fact]
    public async Task Custom_status_of_any_type_can_be_read_while_it_runs_and_after()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
        {
            c.SetCustomStatus("begun");
            c.SetCustomStatus(await c.WaitForExternalEvent<object>("status"));
        }));
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        await host.Client.RaiseEventAsync("i", "other");
        Assert.Equal("begun", (await host.Client.WaitForInstanceStartAsync("i", getInputsAndOutputs: true)).ReadCustomStatusAs<string>());
        await host.Client.RaiseEventAsync("i", "status", ("done", 3));
        Assert.Equal(("done", 3), (await host.EndOfAsync("i")).ReadCustomStatusAs<(string, int)>());
    }

    [Fact]
    public async Task Json_nodes_pass_unchanged_in_and_out()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddActivity<JsonNode, JsonNode>("add", (TaskActivityContext _, JsonNode node) =>
            {
                node["added"] = 2;
                return node;
            })
            .AddOrchestrator<JsonNode, JsonNode>("o", (TaskOrchestrationContext c, JsonNode node) => c.CallActivityAsync<JsonNode>("add", node)));
        var done = await host.RunAsync("o", new JsonObject { ["given"] = new JsonArray(1, "é", null) });
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{ "given": [1, "é", null], "added": 2 }"""), done.ReadOutputAs<JsonNode>()));
    }

    [Fact]
    public async Task Pages_fetched_by_an_activity_are_enumerated_in_the_orchestrator()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddActivity("page", (string? token) => token switch
            {
                null => new Page<int>([1, 2], "second"),
                "second" => new Page<int>([3, 4], "last"),
                _ => new Page<int>([5]),
            })
            .AddOrchestrator("o", async (TaskOrchestrationContext c) =>
            {
                var sum = 0;
                await foreach (var number in Pageable.Create((token, _) => c.CallActivityAsync<Page<int>>("page", token)))
                {
                    sum += number;
                }

                return sum;
            }));
        Assert.Equal(15, (await host.RunAsync("o")).ReadOutputAs<int>());
    }

    [Fact]
    public async Task Options_given_as_the_input_are_a_mistake_that_is_named()
    {
        object input = TaskOptions.FromRetryHandler(_ => true);
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddActivity("a", (TaskActivityContext _) => { })
            .AddOrchestrator("o", (TaskOrchestrationContext c) => c.CallActivityAsync("a", input)));
        Assert.Contains("Name the argument: options:", (await host.RunAsync("o")).FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entities_are_refused_with_advice()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b.AddOrchestrator("o", (TaskOrchestrationContext c) =>
            c.Entities.CallEntityAsync(new Microsoft.DurableTask.Entities.EntityInstanceId("counter", "one"), "add", 1)));
        var failure = (await host.RunAsync("o")).FailureDetails!;
        Assert.Equal(typeof(NotSupportedException).FullName, failure.ErrorType);
        Assert.Contains("entities are not supported by the local host", failure.ErrorMessage, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("order/17\\a?b#c%20&d=e")]
    [InlineData("..")]
    [InlineData("CON")]
    [InlineData("Zoë 😀 \"quoted\" <tag> 'x'")]
    [InlineData("tab\tand\nnewline")]
    [InlineData("i~0.jsonl")]
    [InlineData("UPPER and lower")]
    public async Task Instance_ids_of_any_characters_live_through_a_restart(string id)
    {
        using var folder = new TempFolder();
        Task<LocalDurableHost> StartAsync() => LocalDurableHost.StartAsync(b =>
        {
            b.Journal = FileJournal.Open(folder.Path);
            b.AddOrchestrator("child", (TaskOrchestrationContext c) => c.WaitForExternalEvent<string>("go"));
            b.AddOrchestrator("o", (TaskOrchestrationContext c) => c.CallSubOrchestratorAsync<string>("child", options: new SubOrchestrationOptions(instanceId: c.InstanceId + "/child")));
        });
        await using (var first = await StartAsync())
        {
            Assert.Equal(id, await first.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions(id)));
            await first.Client.WaitForInstanceStartAsync(id + "/child").WaitAsync(HostExtensions.Patience);
        }

        await using var second = await StartAsync();
        await second.Client.RaiseEventAsync(id + "/child", "go", id);
        Assert.Equal(id, (await second.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Equal(2, (await second.Client.PurgeInstanceAsync(id, new PurgeInstanceOptions(Recursive: true))).PurgedInstanceCount);
    }
}
