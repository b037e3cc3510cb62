using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>
/// An operation of the recorded kind and name, but with another input, is not the recorded one: its result belongs to something else.
/// </summary>
[Trait("Trust", "3")]
public sealed class ReplayedInputTests
{
    private static readonly Dictionary<string, (string Said, Action<TaskOrchestrationContext, int> Ask)> Operations = new()
    {
        ["activity"] = ("was a call of the activity 'a' with {\"n\":1}, now it is a call of the activity 'a' with {\"n\":2}.",
            (c, n) => _ = c.CallActivityAsync("a", new { n })),
        ["activity without input"] = ("was a call of the activity 'a' with 1, now it is a call of the activity 'a' with no input.",
            (c, n) => _ = c.CallActivityAsync("a", n == 1 ? 1 : null)),
        ["child"] = ("was a call of the sub-orchestration 'waits' as 'one' with 1, now it is a call of the sub-orchestration 'waits' as " +
            "'one' with 2.", (c, n) => _ = c.CallSubOrchestratorAsync("waits", n, new SubOrchestrationOptions(instanceId: "one"))),
        ["timer"] = ("was a timer for 2030-01-01T01:00:00.0000000Z, now it is a timer for 2030-01-01T02:00:00.0000000Z.",
            (c, n) => _ = c.CreateTimer(TimeSpan.FromHours(n), CancellationToken.None)),
        ["event"] = ("was the event 'e' to 'x' with 1, now it is the event 'e' to 'x' with 2.", (c, n) => c.SendEvent("x", "e", n)),
    };

    private readonly MemoryJournal _journal = new();

    public static TheoryData<string> Kinds() => [.. Operations.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Operation_with_another_input_than_the_recorded_one_fails_the_instance_and_names_both(string kind)
    {
        var ended = await ReplayAsync(Operations[kind].Ask);
        Assert.Contains("operation #0 " + Operations[kind].Said, ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_inputs_are_shown_around_the_place_where_they_differ()
    {
        var before = new string('b', 5_000);
        var ended = await ReplayAsync((c, n) => _ = c.CallActivityAsync("a", before + n + before));
        Assert.InRange(ended.Length, 0, 1_500);
        Assert.Contains("with …bbb", ended, StringComparison.Ordinal);
        Assert.Contains("b1b", ended, StringComparison.Ordinal);
        Assert.Contains("b2b", ended, StringComparison.Ordinal);
    }

    /// <summary>Asks with 1 before a restart and with 2 in the replay after it.</summary>
    /// <returns>Why the instance failed.</returns>
    private async Task<string> ReplayAsync(Action<TaskOrchestrationContext, int> ask)
    {
        await using (var first = await StartAsync(ask, 1))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
            await first.Client.RaiseEventAsync("i", "the operation is recorded before this");
        }

        await using var second = await StartAsync(ask, 2);
        await second.Client.RaiseEventAsync("i", "the replay is over before this");
        var done = await second.Client.GetInstanceAsync("i", getInputsAndOutputs: true);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, done!.RuntimeStatus);
        Assert.Equal(typeof(NonDeterministicOrchestrationException).FullName, done.FailureDetails!.ErrorType);
        return done.FailureDetails.ErrorMessage;
    }

    private Task<LocalDurableHost> StartAsync(Action<TaskOrchestrationContext, int> ask, int n) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = _journal;
        b.TimeProvider = new SteppedTimeProvider();
        b.AddActivity("a", _ => Task.CompletedTask);
        b.AddOrchestrator("waits", (TaskOrchestrationContext c) => c.WaitForExternalEvent<string>("never"));
        b.AddOrchestrator("o", (TaskOrchestrationContext c) =>
        {
            ask(c, n);
            return c.WaitForExternalEvent<string>("never");
        });
    });
}
