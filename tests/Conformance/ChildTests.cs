using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Conformance.Engines;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>What the engines that run children through the sidecar do the same. The app has no children.</summary>
public abstract class ChildTests(IEngine engine)
{
    [SuiteFact]
    public async Task Child_returns_its_result() => Assert.Equal(4, (await RunAsync("Parent", 1)).ReadOutputAs<int>());

    [SuiteFact]
    public async Task Failure_in_a_child_comes_up_with_every_cause()
    {
        var end = await RunAsync("FailingChild", "no");
        Assert.Equal((OrchestrationRuntimeStatus.Failed, typeof(TaskFailedException).FullName), (end.RuntimeStatus, end.FailureDetails!.ErrorType));
        Assert.Equal(typeof(TaskFailedException).FullName, end.FailureDetails.InnerFailure!.ErrorType);
        var cause = end.FailureDetails.InnerFailure.InnerFailure!;
        Assert.Equal((typeof(InvalidOperationException).FullName, "no"), (cause.ErrorType, cause.ErrorMessage));
        Assert.Equal((typeof(FormatException).FullName, "cause of no"), (cause.InnerFailure!.ErrorType, cause.InnerFailure.ErrorMessage));
    }

    [SuiteFact]
    public async Task Child_has_the_default_version_and_one_of_another_version_is_failed()
    {
        Assert.Equal(Behaviours.Version, (await RunAsync("ParentVersion", "")).ReadOutputAs<string>());
        var end = await RunAsync("ParentVersion", "1");
        Assert.Equal((OrchestrationRuntimeStatus.Failed, "VersionMismatch"), (end.RuntimeStatus, end.FailureDetails!.InnerFailure!.ErrorType));
    }

    private async Task<OrchestrationMetadata> RunAsync(string orchestrator, object input) =>
        await engine.EndOfAsync(await engine.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input));
}
