using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>Every kind of operation in place of every other: the replay fails and names both.</summary>
public sealed class DeterminismMatrixTests
{
    private static readonly Dictionary<string, (string Described, Action<TaskOrchestrationContext> Ask)> Operations = new()
    {
        ["activity"] = ("a call of the activity 'a'", c => _ = c.CallActivityAsync("a")),
        ["other activity"] = ("a call of the activity 'b'", c => _ = c.CallActivityAsync("b")),
        ["child"] = ("a call of the sub-orchestration 'waits' as 'one'",
            c => _ = c.CallSubOrchestratorAsync("waits", options: new SubOrchestrationOptions(instanceId: "one"))),
        ["child of another id"] = ("a call of the sub-orchestration 'waits' as 'two'",
            c => _ = c.CallSubOrchestratorAsync("waits", options: new SubOrchestrationOptions(instanceId: "two"))),
        ["other child"] = ("a call of the sub-orchestration 'also waits' as 'one'",
            c => _ = c.CallSubOrchestratorAsync("also waits", options: new SubOrchestrationOptions(instanceId: "one"))),
        ["timer"] = ("a timer for 2030-01-02T00:00:00.0000000Z", c => _ = c.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None)),
        ["event"] = ("the event 'e' to 'x'", c => c.SendEvent("x", "e", 1)),
        ["other event"] = ("the event 'f' to 'x'", c => c.SendEvent("x", "f", 1)),
        ["event to another"] = ("the event 'e' to 'y'", c => c.SendEvent("y", "e", 1)),
        [Nothing] = ("not asked for at all", AskNothing),
    };

    private const string Nothing = "nothing";
    private readonly MemoryJournal _journal = new();

    public static TheoryData<string, string> Pairs()
    {
        var pairs = new TheoryData<string, string>();
        foreach (var before in Operations.Keys.Where(operation => operation != Nothing))
        {
            foreach (var now in Operations.Keys.Where(operation => operation != before))
            {
                pairs.Add(before, now);
            }
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Other_operation_than_the_recorded_one_fails_the_instance_and_names_both(string before, string now)
    {
        await using (var first = await StartAsync(before))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
            await first.Client.RaiseEventAsync("i", "the operation is recorded before this");
        }

        await using var second = await StartAsync(now);
        var done = await second.EndOfAsync("i");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        Assert.Equal(typeof(NonDeterministicOrchestrationException).FullName, done.FailureDetails!.ErrorType);
        Assert.Contains(
            $"operation #0 was {Operations[before].Described}, now it is {Operations[now].Described}.", done.FailureDetails.ErrorMessage,
            StringComparison.Ordinal);
    }

    private static void AskNothing(TaskOrchestrationContext context)
    {
    }

    private Task<LocalDurableHost> StartAsync(string operation) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = _journal;
        b.TimeProvider = new SteppedTimeProvider();
        b.AddActivity("a", _ => Task.CompletedTask).AddActivity("b", _ => Task.CompletedTask);
        b.AddOrchestrator("waits", (TaskOrchestrationContext c) => c.WaitForExternalEvent<string>("never"));
        b.AddOrchestrator("also waits", (TaskOrchestrationContext c) => c.WaitForExternalEvent<string>("never"));
        b.AddOrchestrator("o", (TaskOrchestrationContext c) =>
        {
            Operations[operation].Ask(c);
            return c.WaitForExternalEvent<string>("never");
        });
    });
}
