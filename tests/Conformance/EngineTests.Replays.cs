using Microsoft.DurableTask.Client;
using Orchestrator.Functions.Application;
using Orchestrator.Testing.Azurite;
using static Orchestrator.Conformance.Behaviours;

namespace Orchestrator.Conformance;

/// <summary>Orchestrators whose replay is not what was recorded. What LocalHost says of them is tested there, after a restart.</summary>
public abstract partial class EngineTests
{
    [SuiteTheory]
    [InlineData("activity")]
    [InlineData("child")]
    [InlineData("timer")]
    [InlineData("event")]
    public async Task Orchestrator_that_does_not_repeat_its_history_fails_when_it_is_replayed(string recorded)
    {
        await Task.WhenAll(OperationNames.Where(operation => operation != recorded).Select(async replayed =>
        {
            var id = await StartAsync("Fickle", new Change(recorded, replayed));
            await WaitUntilAsync(id, instance => instance.IsCompleted || instance.ReadCustomStatusAs<string>() == "asked");
            await engine.Client.RaiseEventAsync(id, "Go", "done");
            var end = await engine.EndOfAsync(id);
            Assert.Equal(
                (replayed, engine.ReplaysEachEpisode ? OrchestrationRuntimeStatus.Failed : OrchestrationRuntimeStatus.Completed,
                    engine.ReplaysEachEpisode),
                (replayed, end.RuntimeStatus, OrchestrationFailure.Of(end).IsUnrepeatable));
        }));
    }
}
