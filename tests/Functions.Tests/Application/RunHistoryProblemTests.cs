using Microsoft.DurableTask.Client;
using Moq;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>What steering and resuming a run does when its engine cannot read the run's history.</summary>
public sealed class RunHistoryProblemTests
{
    private static readonly Exception Damage = new InvalidDataException("'/secret/place' is damaged.");

    [Fact]
    public async Task Failure_that_says_nothing_about_the_history_stays_an_error_to_repeat()
    {
        await using var app = await FailedAsync();
        var outage = new IOException("'/secret/place' is denied.");

        var thrown = await Assert.ThrowsAsync<IOException>(
            () => app.Get<RunResumer>().ResumeAsync(Failing(outage).Object, new ResumeRequest("r1"), default));

        Assert.Same(outage, thrown);
    }

    [Fact]
    public async Task Damaged_history_of_an_ended_run_is_a_refusal_that_names_the_fork_and_no_place()
    {
        await using var app = await FailedAsync();

        var refused = await Assert.ThrowsAsync<RunStateException>(
            () => app.Get<RunResumer>().ResumeAsync(Failing(Damage).Object, new ResumeRequest("r1"), default));

        Assert.Contains("The history of run 'r1' is damaged.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("'orchestrator resume r1 --fork'", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_run_with_a_damaged_history_stays_open_until_it_is_cancelled()
    {
        await using var app = await FailedAsync();
        await app.Get<RunStore>().UpdateAsync("r1", run => run with { Status = RunStatus.Running, CompletedAt = null }, default);
        var client = Failing(Damage).Object;

        var shown = (await app.Get<RunReconciler>().FindAsync(client, "r1", default))!;
        Assert.Equal(RunStatus.Running, shown.Status);
        Assert.Contains("'orchestrator runs cancel r1' ends it", shown.Error!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/secret", shown.Error.Message, StringComparison.Ordinal);

        Assert.Equal(RunStatus.Cancelled, (await app.Get<RunSteering>().CancelAsync(client, "r1", default)).Status);
        Assert.Equal(RunStatus.Cancelled, (await app.Get<RunStore>().FindAsync("r1", default))!.Status);
    }

    [Fact]
    public async Task Fork_that_is_refused_leaves_the_open_run_with_a_damaged_history_as_it_is()
    {
        await using var app = await FailedAsync();
        await app.Get<RunStore>().UpdateAsync("r1", run => run with { Status = RunStatus.Running, CompletedAt = null }, default);

        await Assert.ThrowsAsync<RunRefusedException>(() => app.Get<RunResumer>().ResumeAsync(
            Failing(Damage).Object, new ResumeRequest("r1") { Fork = true, From = "unknown" }, default));

        Assert.Equal(RunStatus.Running, (await app.Get<RunStore>().FindAsync("r1", default))!.Status);
    }

    /// <summary>The engine ends the run before its record is read again, as a process does that releases the run in between.</summary>
    [Fact]
    public async Task Run_that_ends_while_it_is_shown_is_not_shown_as_interrupted()
    {
        await using var app = await FailedAsync();
        var runs = app.Get<RunStore>();
        var ended = (await runs.FindAsync("r1", default))!;
        var read = ended with { Status = RunStatus.Running, CompletedAt = null };
        var drivers = new RunDrivers(_ => false);

        Assert.Equal(RunStatus.Failed, (await drivers.ShownAsync(runs, read, default)).Status);

        await runs.UpdateAsync("r1", _ => read, default);
        Assert.Equal(RunStatus.Interrupted, (await drivers.ShownAsync(runs, read, default)).Status);
    }

    private static async Task<AppHost> FailedAsync()
    {
        var app = await AppHost.StartAsync(drivers: RunDrivers.Unknown with
        {
            FindHistoryProblem = exception => exception == Damage ? RunHistory.Damaged : null,
        });
        await app.StartRunAsync(
            "r1", """{ "steps": [ { "id": "a", "prompt": "A" } ] }""", """{ "a": [ { "error": { "kind": "contentFiltered" } } ] }""");
        Assert.Equal(RunStatus.Failed, (await app.WaitAsync("r1")).Status);
        return app;
    }

    private static Mock<DurableTaskClient> Failing(Exception exception)
    {
        var client = new Mock<DurableTaskClient>("failing");
        client.Setup(c => c.GetInstanceAsync("r1", It.IsAny<bool>(), It.IsAny<CancellationToken>())).ThrowsAsync(exception);
        client.Setup(c => c.GetInstanceAsync("r1", It.IsAny<CancellationToken>())).ThrowsAsync(exception);
        return client;
    }
}
