using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>
/// What the context tells, takes and refuses under settings of the host, and ids that only this host takes. The rest is in <c>tests/Conformance</c>.
/// </summary>
public sealed class OrchestrationContextTests
{
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
                await c.CallSubOrchestratorAsync("leaf", options: new SubOrchestrationOptions(instanceId: "tagged")
                {
                    Tags = new Dictionary<string, string> { ["b"] = "own", ["c"] = "own" }
                });
            }));
        var id = await host.Client.ScheduleNewOrchestrationInstanceAsync(
            "root", null, new StartOrchestrationOptions { Tags = new Dictionary<string, string> { ["a"] = "root", ["b"] = "root" } });
        Assert.Equal("a=root b=root", await TagsOfAsync(host, id));
        Assert.Equal("a=root b=root", await TagsOfAsync(host, "plain"));
        Assert.Equal("a=root b=own c=own", await TagsOfAsync(host, "tagged"));

        static async Task<string> TagsOfAsync(LocalDurableHost host, string id) =>
            string.Join(
                ' ', (await host.EndOfAsync(id)).Tags.OrderBy(tag => tag.Key, StringComparer.Ordinal).Select(tag => $"{tag.Key}={tag.Value}"));
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
            b.AddOrchestrator("o", (TaskOrchestrationContext c) =>
                c.CallSubOrchestratorAsync<string>("child", options: new SubOrchestrationOptions(instanceId: c.InstanceId + "/child")));
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
