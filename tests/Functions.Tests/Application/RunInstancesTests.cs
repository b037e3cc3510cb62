using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Tests.Http;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>
/// Against an engine that purges what has not ended, as Azure Storage does (<c>EngineTests.Open_instance_is_purged_by_its_id_or_kept</c>).
/// </summary>
public sealed class RunInstancesTests
{
    [Theory]
    [InlineData(OrchestrationRuntimeStatus.Running, true, "terminate, wait, purge Terminated")]
    [InlineData(OrchestrationRuntimeStatus.Running, false, "terminate, wait, purge Terminated")]
    [InlineData(OrchestrationRuntimeStatus.Suspended, false, "terminate, wait, purge Terminated")]
    [InlineData(OrchestrationRuntimeStatus.Completed, false, "purge Completed")]
    public async Task Orchestration_of_a_run_that_is_deleted_ends_before_it_is_purged(OrchestrationRuntimeStatus status, bool force, string expected)
    {
        await using var api = await ApiHost.StartAsync();
        var app = api.App;
        await api.StartRunAsync(ApiHost.Body(""", "runId": "r1" """));
        await app.WaitAsync("r1");

        // The run's end is recorded; its orchestration says something else for a moment.
        var asked = new List<string>();
        var client = new Mock<DurableTaskClient>("azure") { CallBase = true };
        client.Setup(c => c.GetInstanceAsync("r1", It.IsAny<bool>(), It.IsAny<CancellationToken>()))
            .ReturnsAsync(() => new OrchestrationMetadata("WorkflowRun", "r1") { RuntimeStatus = status });
        client.Setup(c => c.GetAllInstancesAsync(It.IsAny<OrchestrationQuery?>()))
            .Returns(Pageable.Create((string? _, CancellationToken _) => Task.FromResult(new Page<OrchestrationMetadata>([]))));
        client.Setup(c => c.TerminateInstanceAsync("r1", It.IsAny<TerminateInstanceOptions?>(), It.IsAny<CancellationToken>()))
            .Callback(() => asked.Add("terminate")).Returns(Task.CompletedTask);
        client.Setup(c => c.WaitForInstanceCompletionAsync("r1", It.IsAny<bool>(), It.IsAny<CancellationToken>()))
            .Callback(() =>
            {
                asked.Add("wait");
                status = OrchestrationRuntimeStatus.Terminated;
            })
            .ReturnsAsync(() => new OrchestrationMetadata("WorkflowRun", "r1") { RuntimeStatus = status });
        client.Setup(c => c.PurgeInstanceAsync("r1", It.IsAny<PurgeInstanceOptions?>(), It.IsAny<CancellationToken>()))
            .Callback(() => asked.Add($"purge {status}")).ReturnsAsync(new PurgeResult(1));

        await (force
            ? app.Get<RunDeleter>().DeleteWithForceAsync(client.Object, "r1", default)
            : app.Get<RunDeleter>().DeleteAsync(client.Object, "r1", default));

        Assert.Equal(expected, string.Join(", ", asked));
    }
}
