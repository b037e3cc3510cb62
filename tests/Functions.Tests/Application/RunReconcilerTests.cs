using System.Text;
using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Application;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>Runs whose instance Azure Storage shows as failed, with a text and no details.</summary>
public sealed class RunReconcilerTests
{
    private const string Unrepeated = "Non-Deterministic workflow detected: A previous execution of this orchestration scheduled an activity task";

    [Theory]
    [InlineData(
        Unrepeated, false, RunStatus.Failed, "this one cannot repeat its history. What had completed is kept, and a resume goes on from there.")]
    [InlineData(Unrepeated, true, RunStatus.Cancelled, "Another version of orchestrator had begun it.")]
    [InlineData("VersionMismatch: no match", false, RunStatus.Interrupted, "the next attempt goes on from there")]
    [InlineData("VersionMismatch: no match", true, RunStatus.Cancelled, "Another version of orchestrator had begun it.")]
    [InlineData("no reason", false, RunStatus.Failed, "The orchestration of the run failed: no reason")]
    public async Task Text_of_the_failure_decides_how_the_run_ends(string output, bool isCancelled, RunStatus status, string said)
    {
        var (store, models) = (new MemoryContentStore(), new HeldModels());
        var definition = Encoding.UTF8.GetBytes("""{ "options": { "defaultModel": "m" }, "steps": [ { "id": "a", "prompt": "A" } ] }""");
        await using (var left = await AppHost.StartAsync(new MemoryJournal(), store, models: models))
        {
            await left.Get<RunStarter>().StartAsync(left.Client, new StartRequest { RunId = "r1", Definition = definition }, default);
            await models.NextAsync();
        }

        // No host drives the run here: its own orchestration would receive the cancellation and end the run itself.
        await using var app = await AppHost.StartAsync(new MemoryJournal(), store, models: models);
        if (isCancelled)
        {
            await app.Get<RunControl>().CancelAsync(await app.IdentityAsync("r1"), 1, "cancel", default);
        }

        var client = new Mock<DurableTaskClient>("azure");
        client.Setup(c => c.GetInstanceAsync("r1", true, It.IsAny<CancellationToken>())).ReturnsAsync(
            new OrchestrationMetadata("WorkflowRun", "r1") { RuntimeStatus = OrchestrationRuntimeStatus.Failed, SerializedOutput = output });
        var run = (await app.Get<RunReconciler>().FindAsync(client.Object, "r1", default))!;

        Assert.Equal(status, run.Status);
        Assert.Contains(said, run.Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(Unrepeated, false)]
    [InlineData(null, true)]
    public async Task Request_that_was_in_flight_when_the_history_was_lost_counts_as_an_estimate_once(string? output, bool isDamaged)
    {
        var (store, models) = (new MemoryContentStore(), new HeldModels());
        var definition = Encoding.UTF8.GetBytes("""{ "options": { "defaultModel": "m" }, "steps": [ { "id": "a", "prompt": "What is asked" } ] }""");
        await using (var left = await AppHost.StartAsync(new MemoryJournal(), store, models: models))
        {
            await left.Get<RunStarter>().StartAsync(left.Client, new StartRequest { RunId = "r1", Definition = definition }, default);
            await models.NextAsync();
        }

        await (isDamaged
            ? RunLogLines.ChangeAsync(store, ContentKey.Of("runs", "r1", "log-0.jsonl"), RunLogLines.Prepared, line => "?")
            : Task.CompletedTask);
        await using var app = await AppHost.StartAsync(new MemoryJournal(), store, models: models);
        var client = new Mock<DurableTaskClient>("restored");
        client.Setup(c => c.GetInstanceAsync("r1", true, It.IsAny<CancellationToken>())).ReturnsAsync(
            output is null
                ? null
                : new OrchestrationMetadata("WorkflowRun", "r1") { RuntimeStatus = OrchestrationRuntimeStatus.Failed, SerializedOutput = output });

        Assert.Equal(RunStatus.Failed, (await app.Get<RunReconciler>().FindAsync(client.Object, "r1", default))!.Status);
        await app.Get<RunReconciler>().FindAsync(client.Object, "r1", default);

        if (!isDamaged)
        {
            var attempt = Assert.Single((await app.Get<RunStepReader>().FindAsync("r1", "a", default))!.Attempts);
            Assert.Equal((StepStatus.Cancelled, true), (attempt.Status, attempt.Usage.Estimated));
            Assert.InRange(attempt.Usage.InputTokens, 1, 20);
            Assert.Equal(attempt.Usage.InputTokens, (await app.Get<RunReader>().FindAsync("r1", default))!.Usage.InputTokens);
        }
    }
}
