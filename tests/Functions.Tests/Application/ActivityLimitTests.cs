using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Preparation;
using Orchestrator.Functions.Application;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>Runs that a host without a limit of an activity's time left to one that has a limit, which one of their steps may exceed.</summary>
public sealed class ActivityLimitTests : IAsyncLifetime
{
    private const string Definition = """
        { "steps": [ { "id": "long", "prompt": "1", "options": { "timeout": 700000 } }, { "id": "short", "prompt": "2", "dependsOn": ["long"] } ] }
        """;

    private readonly MemoryJournal _journal = new();
    private readonly MemoryContentStore _store = new();
    private AppHost _app = null!;

    /// <summary>In <c>f</c> the long step failed, in <c>c</c> the short one.</summary>
    public async Task InitializeAsync()
    {
        await using (var before = await AppHost.StartAsync(_journal, _store))
        {
            const string Failure = """[ { "error": { "kind": "contentFiltered", "message": "no" } } ]""";
            await before.StartRunAsync("f", Definition, $$"""{ "long": {{Failure}}, "*": [ { "output": "B" } ] }""");
            await before.StartRunAsync("c", Definition, $$"""{ "long": [ { "output": "A" } ], "short": {{Failure}} }""");
            Assert.Equal((RunStatus.Failed, RunStatus.Failed), ((await before.WaitAsync("f")).Status, (await before.WaitAsync("c")).Status));
        }

        _app = await AppHost.StartAsync(_journal, _store, limit: new ActivityTimeLimit(TimeSpan.FromMinutes(10)));
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Resume_fork_and_restart_refuse_the_step_and_start_nothing()
    {
        foreach (var refused in (Func<Task>[])
        [
            () => _app.Get<RunResumer>().ResumeAsync(_app.Client, new ResumeRequest("f"), default),
            () => _app.Get<RunResumer>().ResumeAsync(_app.Client, new ResumeRequest("f") { Fork = true }, default),
            () => _app.Get<RunResumer>().ResumeAsync(_app.Client, new ResumeRequest("c") { Fork = true, From = "long" }, default),
            () => _app.Get<RunStarter>().RestartAsync(_app.Client, "f", foreground: null, default),
            () => _app.Get<RunStarter>().RestartAsync(_app.Client, "c", foreground: null, default),
        ])
        {
            var reason = Assert.Single((await Assert.ThrowsAsync<RunRefusedException>(refused)).Reasons);
            Assert.Equal("long", reason.Step);
            Assert.Contains("functionTimeout in host.json", reason.Message, StringComparison.Ordinal);
        }

        var runs = (await _app.Get<RunLister>().ListAsync(new RunFilter(), default)).Runs;
        Assert.Equal([("c", 1), ("f", 1)], runs.Select(run => (run.RunId, run.Attempt)).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Attempt_that_takes_over_what_the_step_has_done_is_accepted(bool fork)
    {
        var run = await _app.Get<RunResumer>().ResumeAsync(_app.Client, new ResumeRequest("c") { Fork = fork }, default);

        await _app.Client.WaitForInstanceCompletionAsync(run.InstanceId, default);
        Assert.Equal(["long"], (await _app.Get<RunReader>().FindAsync(run.RunId, default))!.Attempts[^1].Reused);
    }
}
