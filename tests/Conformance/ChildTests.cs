using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Orchestrator.Conformance.Engines;
using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>What every engine does the same with children. The app has none.</summary>
public abstract partial class ChildTests(IEngine engine)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    [SuiteFact]
    public async Task Child_returns_its_result() => Assert.Equal(4, (await RunAsync("Parent", 1)).ReadOutputAs<int>());

    [SuiteFact]
    public async Task Failure_in_a_child_comes_up_with_every_cause()
    {
        Assert.Equal(
            [
                "Microsoft.DurableTask.TaskFailedException: Task 'Fail' (#0) failed with an unhandled exception: no",
                "System.InvalidOperationException: no",
                "System.FormatException: cause of no",
            ],
            (await RunAsync("ExplainingChild", Behaviours.Version)).ReadOutputAs<string[]>()!);

        var end = await RunAsync("FailingChild", "no");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
        if (!engine.KeepsFailureDetails)
        {
            Assert.Equal("Task 'Failing' (#0) failed with an unhandled exception: Task 'Fail' (#0) failed with an unhandled exception: no", end.SerializedOutput);
            return;
        }

        Assert.Equal(typeof(TaskFailedException).FullName, end.FailureDetails!.ErrorType);
        Assert.Equal(typeof(TaskFailedException).FullName, end.FailureDetails.InnerFailure!.ErrorType);
        var cause = end.FailureDetails.InnerFailure.InnerFailure!;
        Assert.Equal((typeof(InvalidOperationException).FullName, "no"), (cause.ErrorType, cause.ErrorMessage));
        Assert.Equal((typeof(FormatException).FullName, "cause of no"), (cause.InnerFailure!.ErrorType, cause.InnerFailure.ErrorMessage));
    }

    [SuiteFact]
    public async Task Child_has_the_default_version_and_one_of_another_version_is_failed()
    {
        Assert.Equal(Behaviours.Version, (await RunAsync("ParentVersion", "")).ReadOutputAs<string>());
        Assert.StartsWith("VersionMismatch: ", Assert.Single((await RunAsync("ExplainingChild", "1")).ReadOutputAs<string[]>()!), StringComparison.Ordinal);
        var end = await RunAsync("ParentVersion", "1");
        Assert.Equal(
            (OrchestrationRuntimeStatus.Failed, engine.KeepsFailureDetails ? "VersionMismatch" : null),
            (end.RuntimeStatus, end.FailureDetails?.InnerFailure!.ErrorType));
    }

    [SuiteFact]
    public async Task Child_has_the_id_and_the_tags_that_its_parent_gives()
    {
        var child = $"child-{Guid.NewGuid():N}";
        await RunAsync("TaggedParent", child);
        var end = await engine.Client.GetInstanceAsync(child);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, "child"), (end!.RuntimeStatus, end.Tags.GetValueOrDefault("part")));
    }

    [SuiteFact]
    public async Task Termination_of_a_child_is_a_failure_that_its_parent_can_catch()
    {
        var child = $"child-{Guid.NewGuid():N}";
        var parent = await engine.Client.ScheduleNewOrchestrationInstanceAsync("ExplainingEventOfChild", child);
        using var patience = new CancellationTokenSource(IEngine.Patience);
        while (await engine.Client.GetInstanceAsync(child, patience.Token) is not { RuntimeStatus: OrchestrationRuntimeStatus.Running })
        {
            await Task.Delay(PollInterval, patience.Token);
        }

        await engine.Client.TerminateInstanceAsync(child, "enough");

        Assert.Equal(
            engine.SaysThatAChildWasTerminated ? [$"OrchestrationTerminated: The sub-orchestration 'OneEvent' with the id '{child}' was terminated."] : [],
            (await engine.EndOfAsync(parent)).ReadOutputAs<string[]>()!);
    }

    [SuiteFact]
    public async Task Orchestrator_calls_itself_as_its_child()
    {
        var family = (await RunAsync("Ancestor", 4)).ReadOutputAs<string[]>()!;
        Assert.Equal(5, family.Distinct().Count());
        foreach (var id in family)
        {
            Assert.Equal(OrchestrationRuntimeStatus.Completed, (await engine.EndOfAsync(id)).RuntimeStatus);
        }
    }

    private async Task<OrchestrationMetadata> RunAsync(string orchestrator, object input) =>
        await engine.EndOfAsync(await engine.Client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input));
}
