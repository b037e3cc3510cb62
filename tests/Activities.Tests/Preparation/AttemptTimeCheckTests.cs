using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Workflows.Planning;

namespace Orchestrator.Activities.Tests.Preparation;

public sealed class AttemptTimeCheckTests
{
    private readonly TestRuns _runs = new() { ActivityTime = new(TimeSpan.FromMinutes(10)) };

    [Theory]
    [InlineData("\"timeout\": 540001", "timeout of 540001 ms", ", or of the workflow")]
    [InlineData("\"timeout\": 700000, \"stepTimeout\": 600000", "stepTimeout of 600000 ms", "")]
    public async Task Step_that_may_work_longer_than_an_activity_may_run_is_refused_before_anything_runs(string options, string what, string place)
    {
        var refusal = await Assert.ThrowsAsync<RunRefusedException>(() => PrepareAsync(options));

        var error = Assert.Single(refusal.Reasons);
        Assert.Equal(
            ("a", $"Step 'a' has a {what}, and the Functions host ends an activity after 00:10:00 (functionTimeout in host.json), so one attempt " +
                $"may take at most 540000 ms. "
                + $"Shorten {what.Split(' ')[0]} (in the options of the step{place}), or raise functionTimeout (the setting " +
                $"AzureFunctionsJobHost__functionTimeout; -1 is without limit)."),
            (error.Step, error.Message));
    }

    [Theory]
    [InlineData("\"timeout\": 540000")]
    [InlineData("\"timeout\": 700000, \"stepTimeout\": 540000")]
    [InlineData("\"timeout\": 60000, \"stepTimeout\": 86400000")]
    public async Task Step_whose_attempts_are_short_enough_is_accepted(string options) => await PrepareAsync(options);

    [Fact]
    public async Task Every_step_that_is_too_long_is_named_and_one_that_is_not_executed_is_not()
    {
        const string Steps = """{ "id": "a", "prompt": "x", "options": { "timeout": 700000 } }, { "id": "b", "prompt": "x",""" +
            """ "options": { "timeout": 800000 } }, { "id": "c", "prompt": "x" }""";

        var all = await Assert.ThrowsAsync<RunRefusedException>(() => _runs.PrepareAsync($$"""{ "id": "w", "steps": [ {{Steps}} ] }"""));

        Assert.Equal(["a", "b"], all.Reasons.Select(problem => problem.Step));
        await _runs.PrepareAsync($$"""{ "id": "w", "steps": [ {{Steps}} ] }""", only: "c");
    }

    [Fact]
    public async Task Host_without_a_limit_accepts_any_time()
    {
        _runs.ActivityTime = null;

        await PrepareAsync("\"timeout\": 86400000");
    }

    private Task<PreparedRun> PrepareAsync(string options) =>
        _runs.PrepareAsync($$"""{ "id": "w", "steps": [ { "id": "a", "prompt": "x", "options": { {{options}} } } ] }""");
}
