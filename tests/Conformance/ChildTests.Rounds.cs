using Orchestrator.Testing.Azurite;

namespace Orchestrator.Conformance;

/// <summary>Children that continue as new or wait for timers.</summary>
public abstract partial class ChildTests
{
    [SuiteFact]
    public async Task Child_that_continues_as_new_answers_its_parent_at_the_end() =>
        Assert.Equal(3, (await RunAsync("ParentOfRounds", 0)).ReadOutputAs<int>());

    [SuiteFact]
    public async Task Timers_due_at_the_same_moment_fire_for_every_child()
    {
        var end = await RunAsync("TimersOfChildren", TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(1));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{end.InstanceId} {i}"), end.ReadOutputAs<string[]>()!);
    }
}
