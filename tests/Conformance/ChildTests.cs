using Microsoft.DurableTask.Client;
using Orchestrator.Conformance.Engines;
using Orchestrator.Functions.Application;
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
        const string Task0 = "Microsoft.DurableTask.TaskFailedException Task 'Fail' (#0) failed with an unhandled exception: no";
        Assert.Equal($"{Task0} < {Behaviours.Causes}", (await RunAsync("ExplainingChild", Behaviours.Version)).ReadOutputAs<string>());

        var end = await RunAsync("FailingChild", "no");
        Assert.Equal((OrchestrationRuntimeStatus.Failed, engine.KeepsFailureDetails), (end.RuntimeStatus, end.FailureDetails is not null));
        const string Message = "Task 'Failing' (#0) failed with an unhandled exception: Task 'Fail' (#0) failed with an unhandled exception: no";
        if (end.FailureDetails is { } failure)
        {
            Assert.Equal($"Microsoft.DurableTask.TaskFailedException {Message} < {Task0} < {Behaviours.Causes}", Behaviours.Chain(failure));
            Assert.True(failure.InnerFailure!.InnerFailure!.IsCausedBy<Behaviours.Refusal>());
        }
        else
        {
            Assert.Equal(Message, end.SerializedOutput);
        }
    }

    [SuiteFact]
    public async Task Child_has_the_default_version_and_one_of_another_version_is_failed()
    {
        Assert.Equal(Behaviours.Version, (await RunAsync("ParentVersion", "")).ReadOutputAs<string>());
        var cause = (await RunAsync("ExplainingChild", "1")).ReadOutputAs<string>()!;
        Assert.StartsWith("VersionMismatch ", cause, StringComparison.Ordinal);
        Assert.DoesNotContain(" < ", cause, StringComparison.Ordinal);
        var end = await RunAsync("ParentVersion", "1");
        Assert.Equal(
            (OrchestrationRuntimeStatus.Failed, engine.KeepsFailureDetails ? "VersionMismatch" : null),
            (end.RuntimeStatus, end.FailureDetails?.InnerFailure!.ErrorType));
    }

    [SuiteFact]
    public async Task Child_knows_its_parent_and_has_its_tags_and_version()
    {
        var child = Guid.NewGuid().ToString("N");
        var end = await RunAsync("ParentOfOneThatKnows", child);
        Assert.Equal($"ParentOfOneThatKnows {end.InstanceId} {Behaviours.Version} {child}", end.ReadOutputAs<string>());
        var ended = await engine.EndOfAsync(child);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, "value"), (ended.RuntimeStatus, ended.Tags.GetValueOrDefault("tag")));
    }

    [SuiteFact]
    public async Task Retried_child_keeps_its_id_and_tags()
    {
        var id = Guid.NewGuid().ToString("N");
        var end = await RunAsync("ParentOfRetriedChild", id);
        Assert.Equal((OrchestrationRuntimeStatus.Completed, 3, 3), (end.RuntimeStatus, end.ReadOutputAs<int>(), Behaviours.TriesOf(end.InstanceId)));
        var child = (await engine.Client.GetInstanceAsync(id))!;
        Assert.Equal(OrchestrationRuntimeStatus.Completed, child.RuntimeStatus);
        Assert.Equal(["colour=red", "size=xl"], child.Tags.Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
    }

    /// <summary>A known difference, in docs/parity.md: the SDK's worker fails on details that are not there.</summary>
    [SuiteFact]
    public async Task Termination_of_a_child_fails_the_parents_call()
    {
        var id = await StartFamilyAsync();
        await engine.Client.TerminateInstanceAsync(id + "-c");
        var parent = await engine.EndOfAsync(id);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, parent.RuntimeStatus);
        Assert.Contains(
            engine.SaysThatAChildWasTerminated ? $"The sub-orchestration 'Family' with the id '{id}-c' was terminated." : "Object reference not set",
            OrchestrationFailure.Of(parent).Message,
            StringComparison.Ordinal);
        Assert.True((await engine.Client.GetInstanceAsync(id + "-c-c"))!.IsRunning);
        await engine.Client.TerminateInstanceAsync(id + "-c-c");
    }

    /// <summary>A known difference, in docs/parity.md: on the other engines the flag does nothing.</summary>
    [SuiteFact]
    public async Task Recursive_termination_ends_children_and_grandchildren_or_the_parent_only()
    {
        var parent = await StartFamilyAsync();
        await engine.Client.TerminateInstanceAsync(parent, new TerminateInstanceOptions("enough", Recursive: true));
        Assert.Equal("enough", (await engine.EndOfAsync(parent)).ReadOutputAs<string>());
        foreach (var descendant in new[] { parent + "-c", parent + "-c-c" })
        {
            if (!engine.TakesChildrenAlong)
            {
                // Another instance's whole life: time enough for the end, if it came.
                await RunAsync("Chain", 1);
                Assert.Equal(OrchestrationRuntimeStatus.Running, (await engine.Client.GetInstanceAsync(descendant))!.RuntimeStatus);
                await engine.Client.TerminateInstanceAsync(descendant);
            }

            Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await engine.EndOfAsync(descendant)).RuntimeStatus);
        }
    }

    /// <summary>A known difference, in docs/parity.md: on the other engines the flag does nothing.</summary>
    [SuiteFact]
    public async Task Recursive_purge_takes_the_children_along_or_the_parent_only()
    {
        var end = await RunAsync("Twins", 1);
        var purged = await engine.Client.PurgeInstanceAsync(end.InstanceId, new PurgeInstanceOptions(Recursive: true));
        Assert.Equal(engine.TakesChildrenAlong ? 3 : 1, purged.PurgedInstanceCount);
        Assert.Null(await engine.Client.GetInstanceAsync(end.InstanceId));
    }

    /// <summary>A known difference, in docs/parity.md, as for starts: LocalHost refuses the id of an open instance.</summary>
    [SuiteFact]
    public async Task Child_under_the_id_of_an_open_instance_replaces_it_or_is_refused()
    {
        var taken = await engine.Client.ScheduleNewOrchestrationInstanceAsync("OneEvent", "the first one");
        await engine.Client.WaitForInstanceStartAsync(taken).WaitAsync(IEngine.Patience);
        var parent = await engine.Client.ScheduleNewOrchestrationInstanceAsync("ParentOfWaiting", taken);
        if (engine.ReplacesOpenInstances)
        {
            await WaitForStatusAsync(taken, "the child");
            await engine.Client.RaiseEventAsync(taken, "Go", "to the child");
            Assert.Equal("to the child", (await engine.EndOfAsync(parent)).ReadOutputAs<string>());
        }
        else
        {
            var end = await engine.EndOfAsync(parent);
            Assert.Equal(OrchestrationRuntimeStatus.Failed, end.RuntimeStatus);
            Assert.Contains(taken + " already exists", end.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
            await engine.Client.TerminateInstanceAsync(taken);
        }
    }

    /// <summary>Asks until the instance has this custom status.</summary>
    private async Task WaitForStatusAsync(string id, string status)
    {
        using var patience = new CancellationTokenSource(IEngine.Patience);
        while ((await engine.Client.GetInstanceAsync(id, getInputsAndOutputs: true, patience.Token))?.ReadCustomStatusAs<string>() != status)
        {
            await Task.Delay(PollInterval, patience.Token);
        }
    }

    /// <summary>Completes when the grandchild runs.</summary>
    private async Task<string> StartFamilyAsync()
    {
        var id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("Family", 2);
        await engine.Client.WaitForInstanceStartAsync(id + "-c-c").WaitAsync(IEngine.Patience);
        return id;
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
            engine.SaysThatAChildWasTerminated
                ? $"OrchestrationTerminated The sub-orchestration 'OneEvent' with the id '{child}' was terminated."
                : "",
            (await engine.EndOfAsync(parent)).ReadOutputAs<string>()!);
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
