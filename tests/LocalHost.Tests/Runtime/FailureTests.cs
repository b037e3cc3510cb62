using Microsoft.DurableTask;
using Orchestrator.LocalHost.Journal;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>What the next host reads of a failure, and what only this host records. Other failures: tests/Conformance.</summary>
public sealed class FailureTests
{
    [Fact]
    public async Task Whole_chain_of_causes_comes_up_through_a_child_and_through_a_restart()
    {
        var journal = new MemoryJournal();
        var seen = new List<string>();
        Task<LocalDurableHost> StartAsync() => LocalDurableHost.StartAsync(b =>
        {
            b.Journal = journal;
            b.AddOrchestrator("parent", (TaskOrchestrationContext c) => NoteAndRethrow(c.CallSubOrchestratorAsync("child")));
            b.AddOrchestrator("child", (TaskOrchestrationContext c) => NoteAndRethrow(c.CallActivityAsync("throws")));
            b.AddActivity(
                "throws",
                (TaskActivityContext _) => throw new Refusal("outer", new FormatException("middle", new Xunit.Sdk.XunitException("inner"))));
        });
        string live;
        await using (var first = await StartAsync())
        {
            live = Chain((await first.RunAsync("parent", instanceId: "i")).FailureDetails);
        }

        await using var second = await StartAsync();
        const string Causes = "Refusal outer < FormatException middle < XunitException inner";
        const string Task0 = "TaskFailedException Task 'throws' (#0) failed with an unhandled exception: outer";
        Assert.Equal([Causes, $"{Task0} < {Causes}"], seen);
        Assert.StartsWith("TaskFailedException Task 'child' (#0) failed", live, StringComparison.Ordinal);
        Assert.EndsWith($" < {Task0} < {Causes}", live, StringComparison.Ordinal);
        Assert.Equal(live, Chain((await second.Client.GetInstanceAsync("i", getInputsAndOutputs: true))!.FailureDetails));

        async Task NoteAndRethrow(Task call)
        {
            try
            {
                await call;
            }
            catch (TaskFailedException failure)
            {
                seen.Add(Chain(failure.FailureDetails));
                throw;
            }
        }
    }

    [Fact]
    public async Task Properties_of_a_failure_are_kept()
    {
        await using var host = await LocalDurableHost.StartAsync(b => b
            .AddOrchestrator("o", (TaskOrchestrationContext c) => c.CallActivityAsync("throws"))
            .AddActivity("throws", (TaskActivityContext _) => throw new DurableTask.Core.Exceptions.OrchestrationException("coded")
            {
                FailureDetails = new DurableTask.Core.FailureDetails(
                    "Coded", "coded", null, null, false, new Dictionary<string, object?> { ["code"] = "E7", ["none"] = null }),
            }));
        var properties = (await host.RunAsync("o")).FailureDetails!.InnerFailure!.Properties!;
        Assert.Equal(("E7", null), (properties["code"]?.ToString(), properties["none"]));
    }

    private static string Chain(TaskFailureDetails? failure) => failure is null ? string.Empty
        : $"{failure.ErrorType.Split('.', '+')[^1]} {failure.ErrorMessage}" + (failure.InnerFailure is { } inner
            ? " < " + Chain(inner)
            : string.Empty);

    private sealed class Refusal(string message, Exception inner) : Exception(message, inner);
}
