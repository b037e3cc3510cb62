using Microsoft.DurableTask.Client;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>Suspended instances, and instances that end with work open.</summary>
public abstract partial class EngineTests
{
    [SuiteFact]
    public async Task Suspended_instance_keeps_results_and_goes_on_only_when_resumed()
    {
        var id = await StartAsync("WaitThenMark", "");
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Running);
        await engine.Client.SuspendInstanceAsync(id, "hold on");
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        Behaviours.GateOf(id).SetResult();

        // Another instance's whole life: time enough for the result, if it were not held.
        await RunAsync("Chain", 1);
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await engine.Client.GetInstanceAsync(id))!.RuntimeStatus);
        Assert.False(Behaviours.IsMarked(id));
        await engine.Client.ResumeInstanceAsync(id);
        Assert.Equal("marked", (await engine.EndOfAsync(id)).ReadOutputAs<string>());
    }

    [SuiteFact]
    public async Task Thrown_instance_stays_running_until_its_activities_have_ended()
    {
        var id = await StartAsync("CarelessAndThrows", "thrown");
        await WaitUntilAsync(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Running);
        await RunAsync("Chain", 1);
        Assert.Equal(OrchestrationRuntimeStatus.Running, (await engine.Client.GetInstanceAsync(id))!.RuntimeStatus);
        Behaviours.GateOf(id).SetResult();
        AssertFailure(await engine.EndOfAsync(id), failure => failure.ErrorMessage == "thrown", "thrown");
    }

    [SuiteFact]
    public async Task Input_that_cannot_be_written_can_be_caught() => Assert.Equal("aa", (await RunAsync("Unwritable", "a")).ReadOutputAs<string>());
}
