using Orchestrator.Activities.Tests.Feed;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>The end of a run reads what its outputs name, however many steps there are.</summary>
[Trait("Trust", "18")]
public sealed class RunOutputsTests
{
    [Fact]
    public async Task Two_outputs_of_many_steps_cost_a_few_reads()
    {
        var (few, many) = (await ReadsAsync(steps: 4), await ReadsAsync(steps: 400));

        Assert.Equal(few, many);
    }

    private static async Task<int> ReadsAsync(int steps)
    {
        var store = new CountingStore();
        var runs = new TestRuns(store);
        var definition = $$"""
            { "outputs": { "first": "s0", "last": "s{{steps - 1}}" },
              "steps": [ {{string.Join(
                  ", ", Enumerable.Range(0, steps).Select(step => $$"""{ "id": "s{{step}}", "prompt": "Say {{step}}." }"""))}} ] }
            """;
        await runs.BeginAsync(definition);
        store.Reads = 0;
        await runs.Lifecycle.FinishAsync(
            await runs.IdentityAsync(), 1, RunStatus.Completed, null, runs.Time.GetUtcNow(), null, CancellationToken.None);
        return store.Reads;
    }
}
