using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Conformance.Engines;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>One orchestrator that waits for "Go" and then returns or throws, under everything that a client can do to it.</summary>
public abstract partial class EngineTests
{
    [SuiteFact]
    public async Task Start_gives_an_id_or_takes_the_given_one()
    {
        Assert.Equal(32, (await StartAsync("Empty", null)).Length);
        var id = "mine-" + Guid.NewGuid();
        Assert.Equal(id, await StartAsync("Empty", null, new StartOrchestrationOptions(id)));
    }

    [SuiteTheory]
    [InlineData(OrchestrationRuntimeStatus.Completed, "Completed", true)]
    [InlineData(OrchestrationRuntimeStatus.Completed, "Completed Failed Terminated", true)]
    [InlineData(OrchestrationRuntimeStatus.Completed, "Failed Terminated", false)]
    [InlineData(OrchestrationRuntimeStatus.Failed, "Failed", true)]
    [InlineData(OrchestrationRuntimeStatus.Failed, "Completed", false)]
    [InlineData(OrchestrationRuntimeStatus.Terminated, "Terminated", true)]
    [InlineData(OrchestrationRuntimeStatus.Running, "Running", true)]
    [InlineData(OrchestrationRuntimeStatus.Running, "Completed", false)]
    [InlineData(OrchestrationRuntimeStatus.Suspended, "Suspended", true)]
    [InlineData(null, "Completed Failed", false)]
    public async Task Start_is_refused_exactly_in_the_states_that_are_named(OrchestrationRuntimeStatus? existing, string dedupe, bool refused)
    {
        var id = Guid.NewGuid().ToString("N");
        await BringToAsync(id, existing);
        var options = new StartOrchestrationOptions(id).WithDedupeStatuses([.. dedupe.Split(' ').Select(Enum.Parse<OrchestrationRuntimeStatus>)]);
        var start = StartAsync("OneEvent", "second", options);
        if (refused)
        {
            await Assert.ThrowsAsync<OrchestrationAlreadyExistsException>(() => start);
            Assert.Equal(("Waits", existing), (await engine.Client.GetInstanceAsync(id)) is { } kept ? (kept.Name, kept.RuntimeStatus) : default);
        }
        else
        {
            Assert.Equal(id, await start);
            await WaitUntilAsync(
                id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Running && instance.ReadCustomStatusAs<string>() == "second");
        }

        await engine.Client.TerminateInstanceAsync(id);
    }

    /// <summary>A known difference, in docs/conformance.md: AzureStorage may tell several callers that they won.</summary>
    [SuiteFact]
    public async Task Start_by_racing_callers_makes_one_instance()
    {
        var id = Guid.NewGuid().ToString("N");
        var wins = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(async () =>
        {
            try
            {
                await StartAsync("Waits", false, new StartOrchestrationOptions(id).WithDedupeStatuses(Open));
                return 1;
            }
            catch (OrchestrationAlreadyExistsException)
            {
                return 0;
            }
        })));
        Assert.InRange(wins.Sum(), 1, engine.RefusesRacingStarts ? 1 : wins.Length);
        await engine.Client.RaiseEventAsync(id, "Go");
        Assert.Equal("returned", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
        Assert.Single(await IdsOfAsync(id));
    }

    [SuiteTheory]
    [InlineData("because")]
    [InlineData(null)]
    public async Task Suspending_and_resuming_shows_and_needs_no_reason(string? reason)
    {
        var id = Guid.NewGuid().ToString("N");
        await BringToAsync(id, OrchestrationRuntimeStatus.Running);
        await engine.Client.SuspendInstanceAsync(id, reason);
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        await engine.Client.ResumeInstanceAsync(id, reason);
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Running);
        await engine.Client.RaiseEventAsync(id, "Go");
        Assert.Equal("returned", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteTheory]
    [InlineData(OrchestrationRuntimeStatus.Completed)]
    [InlineData(OrchestrationRuntimeStatus.Failed)]
    [InlineData(OrchestrationRuntimeStatus.Terminated)]
    public async Task What_is_finished_stays_as_it_is_whatever_is_asked(OrchestrationRuntimeStatus end)
    {
        var id = Guid.NewGuid().ToString("N");
        await BringToAsync(id, end);
        var before = (await engine.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;
        await engine.Client.SuspendInstanceAsync(id);
        await engine.Client.ResumeInstanceAsync(id);
        await engine.Client.RaiseEventAsync(id, "Go");
        await engine.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions("late", Recursive: true));

        // Another instance's whole life: time enough for the four, if they did anything.
        await RunAsync("Chain", 1);
        var after = (await engine.Client.GetInstanceAsync(id, getInputsAndOutputs: true))!;
        Assert.Equal((end, before.SerializedOutput, before.LastUpdatedAt), (after.RuntimeStatus, after.SerializedOutput, after.LastUpdatedAt));
    }

    [SuiteFact]
    public async Task Resuming_what_is_not_suspended_changes_nothing()
    {
        var id = Guid.NewGuid().ToString("N");
        await BringToAsync(id, OrchestrationRuntimeStatus.Running);
        await engine.Client.ResumeInstanceAsync(id, "why not");
        await RunAsync("Chain", 1);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await engine.Client.GetInstanceAsync(id))!.RuntimeStatus);
        await engine.Client.RaiseEventAsync(id, "Go");
        Assert.Equal("returned", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteFact]
    public async Task Termination_keeps_an_output_of_any_type()
    {
        var id = Guid.NewGuid().ToString("N");
        await BringToAsync(id, OrchestrationRuntimeStatus.Running);
        await engine.Client.TerminateInstanceAsync(id, new { reason = "budget", left = 0.5 });
        var ended = await engine.EndOfAsync(id);
        Assert.Equal((OrchestrationRuntimeStatus.Terminated, """{"reason":"budget","left":0.5}"""), (ended.RuntimeStatus, ended.SerializedOutput));
    }

    [SuiteTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restarted_instance_waits_and_completes_again_with_its_old_input(bool newId)
    {
        var id = Guid.NewGuid().ToString("N");
        await BringToAsync(id, OrchestrationRuntimeStatus.Completed);
        var again = await engine.Client.RestartAsync(id, newId);
        Assert.Equal(newId, again != id);
        await FindAsync(OrchestrationRuntimeStatus.Running);
        await engine.Client.RaiseEventAsync(again, "Go");
        var done = await FindAsync(OrchestrationRuntimeStatus.Completed);
        Assert.Equal(("Waits", "false"), (done.Name, done.SerializedInput));

        // By a query: the sidecar restarts an instance without tags, and cannot answer when AzureStorage has none.
        async Task<OrchestrationMetadata> FindAsync(OrchestrationRuntimeStatus status)
        {
            using var patience = new CancellationTokenSource(IEngine.Patience);
            var query = engine.Client.GetAllInstancesAsync(
                new OrchestrationQuery { InstanceIdPrefix = again, Statuses = [status], FetchInputsAndOutputs = true });
            while (true)
            {
                if (await query.SingleOrDefaultAsync(patience.Token) is { } found)
                {
                    return found;
                }

                await Task.Delay(PollInterval, patience.Token);
            }
        }
    }

    [SuiteFact]
    public async Task Restart_of_an_unknown_instance_is_refused() =>
        await Assert.ThrowsAsync<ArgumentException>(() => engine.Client.RestartAsync("no_such_instance"));

    /// <summary>An instance of "Waits" in this state; none for null.</summary>
    private async Task BringToAsync(string id, OrchestrationRuntimeStatus? status)
    {
        if (status is null)
        {
            return;
        }

        await StartAsync("Waits", status == OrchestrationRuntimeStatus.Failed, new StartOrchestrationOptions(id));
        await WaitUntilAsync(id, instance => instance.ReadCustomStatusAs<string>() == "waiting");
        await (status switch
        {
            OrchestrationRuntimeStatus.Completed or OrchestrationRuntimeStatus.Failed => engine.Client.RaiseEventAsync(id, "Go"),
            OrchestrationRuntimeStatus.Terminated => engine.Client.TerminateInstanceAsync(id),
            OrchestrationRuntimeStatus.Suspended => engine.Client.SuspendInstanceAsync(id),
            _ => Task.CompletedTask,
        });
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == status);
    }
}
