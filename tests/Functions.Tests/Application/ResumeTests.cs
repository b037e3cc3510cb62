using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>Resumed runs: what is executed again, and what is reused.</summary>
public sealed class ResumeTests : IAsyncLifetime
{
    private const string Definition = """
        {
          "options": { "parallelBatchDelay": 0, "defaultModel": "m" },
          "inputs": { "left": { "type": "string" }, "right": { "type": "string" } },
          "steps": [
            { "id": "a", "prompt": "A {{left}}" },
            { "id": "b", "prompt": "B {{right}}" },
            { "id": "a2", "prompt": "A2 {{a}}", "dependsOn": ["a"] },
            { "id": "b2", "prompt": "B2 {{b}}", "dependsOn": ["b"] },
            { "id": "end", "prompt": "End {{a2}} {{b2}}", "dependsOn": ["a2", "b2"] }
          ]
        }
        """;

    private readonly AnsweringModels _models = new(prompt => $"<{prompt}>");
    private AppHost _app = null!;

    public async Task InitializeAsync() => _app = await AppHost.StartAsync(models: _models);

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Resume_executes_what_failed_and_what_comes_after_and_pays_for_nothing_twice()
    {
        await FailAsync("b2");

        var run = await ResumeAsync(new ResumeRequest("r1") { Reason = "mended", By = "me" });

        Assert.Equal(["B2 <B r>", "End <A2 <A l>> <B2 <B r>>"], _models.TakeAsked().Order(StringComparer.Ordinal));
        Assert.Equal((RunStatus.Completed, 2), (run.Status, run.Attempt));
        Assert.Equal("<End <A2 <A l>> <B2 <B r>>>", run.Outputs!["end"]!.GetValue<string>());
        Assert.All(["a", "b", "a2"], id => Assert.Equal((StepStatus.Reused, true), (run.Steps[id].Status, run.Steps[id].Reused)));
        Assert.Equal((StepStatus.Completed, false, 2), (run.Steps["b2"].Status, run.Steps["b2"].Reused, run.Steps["b2"].Attempts));
        Assert.Equal((5 * 10, 5 * 5), (run.Usage.InputTokens, run.Usage.OutputTokens));
        var second = run.Attempts[1];
        Assert.Equal((2, null, "mended", "me", RunStatus.Completed), (second.N, second.From, second.Reason, second.By, second.Status));
        Assert.Equal(["a", "b", "a2"], second.Reused);
    }

    [Fact]
    public async Task Fixed_prompt_executes_exactly_the_changed_step_and_what_comes_after()
    {
        await FailAsync("end");

        await ResumeAsync(
            new ResumeRequest("r1") { Definition = Text(Definition.Replace("A2 {{a}}", "A2, please: {{a}}", StringComparison.Ordinal)) });

        Assert.Equal(["A2, please: <A l>", "End <A2, please: <A l>> <B2 <B r>>"], _models.TakeAsked().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Changed_input_executes_exactly_the_branch_that_reads_it()
    {
        await FailAsync("end");

        await ResumeAsync(new ResumeRequest("r1") { Inputs = new JsonObject { ["right"] = "R" } });

        Assert.Equal(["B R", "B2 <B R>", "End <A2 <A l>> <B2 <B R>>"], _models.TakeAsked().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task From_a_step_executes_it_and_what_comes_after()
    {
        await FailAsync("end");

        var run = await ResumeAsync(new ResumeRequest("r1") { From = "a" });

        Assert.Equal(["A l", "A2 <A l>", "End <A2 <A l>> <B2 <B r>>"], _models.TakeAsked().Order(StringComparer.Ordinal));
        Assert.Equal("a", run.Attempts[1].From);
    }

    [Theory]
    [InlineData("\"inputs\":", "\"name\": \"Another name\", \"slug\": \"another\", \"inputs\":")]
    [InlineData("\"id\": \"a\",", "\"id\": \"a\", \"description\": \"Another description\",")]
    [InlineData("\"id\": \"a\",", "\"id\": \"a\", \"options\": { \"timeout\": 5000, \"retry\": { \"maxAttempts\": 7 }, \"estimatedMs\": 1 },")]
    [InlineData("\"id\": \"a\",", "\"id\": \"a\", \"options\": { \"stream\": true },")]
    [InlineData("\"parallelBatchDelay\": 0,", "\"parallelBatchDelay\": 0, \"maxParallelism\": 1,")]
    public async Task Change_that_does_not_change_a_result_executes_nothing_more(string text, string instead)
    {
        await FailAsync("end");

        await ResumeAsync(new ResumeRequest("r1") { Definition = Text(Definition.Replace(text, instead, StringComparison.Ordinal)) });

        Assert.Equal(["End <A2 <A l>> <B2 <B r>>"], _models.TakeAsked());
    }

    [Fact]
    public async Task Another_model_executes_everything()
    {
        await FailAsync("end");

        await ResumeAsync(new ResumeRequest("r1") { Options = new RunOptions { Model = "other" } });

        Assert.Equal(5, _models.TakeAsked().Count);
    }

    [Fact]
    public async Task Output_given_by_hand_stands_in_for_its_step_and_counts_in_later_attempts()
    {
        await FailAsync("a", "end");

        var run = await ResumeAsync(new ResumeRequest("r1") { Outputs = new JsonObject { ["a"] = "mine" } });
        Assert.Equal(
            ["A2 mine", "End <A2 mine> <B2 <B r>>"], _models.TakeAsked().Where(prompt => prompt[0] is not 'B').Order(StringComparer.Ordinal));
        Assert.Equal(RunStatus.Failed, run.Status);

        _models.Refuses = _ => false;
        run = await ResumeAsync(new ResumeRequest("r1"));
        Assert.Equal(["End <A2 mine> <B2 <B r>>"], _models.TakeAsked());
        Assert.Equal((RunStatus.Completed, 3), (run.Status, run.Attempt));
        Assert.Equal((StepStatus.Reused, "mine"), (run.Steps["a"].Status, run.Outputs!["a"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Input_that_is_put_back_finds_the_older_result_again()
    {
        await FailAsync("end");
        _models.Refuses = prompt => prompt.StartsWith("End", StringComparison.Ordinal);
        await ResumeAsync(new ResumeRequest("r1") { Inputs = new JsonObject { ["left"] = "L" } });
        _models.Refuses = _ => false;
        _models.TakeAsked();

        await ResumeAsync(new ResumeRequest("r1") { Inputs = new JsonObject { ["left"] = "l" } });

        Assert.Equal(["End <A2 <A l>> <B2 <B r>>"], _models.TakeAsked());
    }

    [Fact]
    public async Task Step_that_was_forced_and_failed_does_not_fall_back_to_its_older_result()
    {
        await FailAsync("end");
        _models.Refuses = prompt => prompt.StartsWith("A ", StringComparison.Ordinal);
        await ResumeAsync(new ResumeRequest("r1") { From = "a" });
        _models.Refuses = _ => false;
        _models.TakeAsked();

        await ResumeAsync(new ResumeRequest("r1"));

        Assert.Equal(["A l", "A2 <A l>", "End <A2 <A l>> <B2 <B r>>"], _models.TakeAsked().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Attempts_of_three_resumes_with_different_failures_are_all_listed()
    {
        await FailAsync("a");
        foreach (var failing in new[] { "A2", "End", "B" })
        {
            _models.Refuses = prompt => prompt.StartsWith(failing + " ", StringComparison.Ordinal);
            await ResumeAsync(new ResumeRequest("r1")
            {
                Reason = $"{failing} next",
                Inputs = new JsonObject { ["right"] = failing == "B" ? "R" : "r" },
            });
        }

        _models.Refuses = _ => false;
        var run = await ResumeAsync(new ResumeRequest("r1"));

        Assert.Equal((RunStatus.Completed, 5), (run.Status, run.Attempt));
        Assert.Equal(["a", "a2", "end", "b", null], run.Attempts.Select(attempt => attempt.Error?.Step));
        Assert.Equal([null, "A2 next", "End next", "B next", null], run.Attempts.Select(attempt => attempt.Reason));
        Assert.Equal(["", "b b2", "a b b2", "a a2", "a a2"], run.Attempts.Select(attempt => string.Join(' ', attempt.Reused)));
        Assert.Equal(["a", "a2", "end", "b", ""], run.Attempts.Select(attempt => string.Join(' ', attempt.Failed)));
        Assert.Equal(["", "", "", "right", ""], run.Attempts.Select(attempt => string.Join(' ', attempt.Changed?.Inputs ?? [])));
        Assert.All(run.Attempts, attempt => Assert.True(attempt.StartedAt <= attempt.CompletedAt));
    }

    [Fact]
    public async Task Attempt_says_which_steps_of_the_definition_are_others()
    {
        await FailAsync("end");
        var edited = Definition
            .Replace("A2 {{a}}", "A2, please: {{a}}", StringComparison.Ordinal)
            .Replace("\"id\": \"b2\"", "\"options\": { \"onError\": \"continue\" }, \"id\": \"b2\"", StringComparison.Ordinal)
            .Replace("\"steps\": [", "\"steps\": [ { \"id\": \"new\", \"prompt\": \"New\" },", StringComparison.Ordinal)
            .Replace(
                "{ \"id\": \"end\", \"prompt\": \"End {{a2}} {{b2}}\"", "{ \"id\": \"stop\", \"prompt\": \"Stop {{a2}} {{b2}}\"",
                StringComparison.Ordinal);

        var run = await ResumeAsync(new ResumeRequest("r1") { Definition = Text(edited), Options = new RunOptions { MaxParallelism = 2 } });

        var changed = run.Attempts[1].Changed!;
        Assert.Equal(["new", "a2", "b2", "stop"], changed.Steps);
        Assert.Equal(["end"], changed.Removed);
        Assert.Equal(["maxParallelism"], changed.Options);
        Assert.Empty(changed.Inputs);
        Assert.Empty(changed.Outputs);
    }

    [Fact]
    public async Task Another_model_is_said_once_and_not_of_every_step()
    {
        await FailAsync("end");

        var run = await ResumeAsync(new ResumeRequest("r1") { Options = new RunOptions { Model = "other" } });

        Assert.Equal(["model"], run.Attempts[1].Changed!.Options);
        Assert.Empty(run.Attempts[1].Changed!.Steps);
    }

    [Fact]
    public async Task Run_that_was_resumed_and_has_not_begun_again_shows_its_new_attempt()
    {
        await FailAsync("end");
        var gate = new TaskCompletionSource();
        _models.Refuses = _ => !gate.Task.Wait(TimeSpan.FromSeconds(30));
        var resumed = await _app.Get<RunResumer>().ResumeAsync(_app.Client, new ResumeRequest("r1"), CancellationToken.None);

        var run = (await _app.Get<RunReader>().FindAsync("r1", CancellationToken.None))!;

        Assert.All(["a", "b", "a2", "b2"], id => Assert.Equal(StepStatus.Reused, run.Steps[id].Status));
        Assert.NotEqual(StepStatus.Failed, run.Steps["end"].Status);
        Assert.Equal(new RunProgress(5, 4), run.Progress);
        gate.SetResult();
        await _app.WaitAsync(resumed.InstanceId, "r1");
    }

    [Fact]
    public async Task Cancelled_run_goes_on_with_what_was_not_done()
    {
        var gate = new TaskCompletionSource();
        _models.Refuses = prompt => prompt.StartsWith("B2", StringComparison.Ordinal) && gate.Task.Wait(TimeSpan.FromSeconds(30));
        var started = await StartAsync();
        await foreach (var item in _app.Get<RunEventFeed>().FollowAsync(await _app.IdentityAsync("r1"), withTexts: true, CancellationToken.None))
        {
            if (item is { Event: RunEventNames.StepCompleted, StepId: "a2" })
            {
                break;
            }
        }

        await _app.Get<RunSteering>().CancelAsync(_app.Client, "r1", CancellationToken.None);
        gate.SetResult();
        Assert.Equal(RunStatus.Cancelled, (await _app.WaitAsync(started.InstanceId, "r1")).Status);
        _models.Refuses = _ => false;
        _models.TakeAsked();

        var run = await ResumeAsync(new ResumeRequest("r1"));

        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.DoesNotContain("A2 <A l>", _models.TakeAsked());
    }

    [Fact]
    public async Task Fork_starts_a_new_run_from_the_checkpoints_and_survives_that_the_old_one_is_deleted()
    {
        await FailAsync("end");

        var forked = await _app.Get<RunResumer>()
            .ResumeAsync(_app.Client, new ResumeRequest("r1") { Fork = true, ForkAs = "r2" }, CancellationToken.None);
        await _app.Get<RunDeleter>().DeleteAsync(_app.Client, "r1", CancellationToken.None);
        var run = await _app.WaitAsync(forked.InstanceId, "r2");

        Assert.Equal(["End <A2 <A l>> <B2 <B r>>"], _models.TakeAsked());
        Assert.Equal((RunStatus.Completed, 1, 10), (run.Status, run.Attempt, run.Usage.InputTokens));
        Assert.Equal("<A l>", run.Outputs!["a"]!.GetValue<string>());
        Assert.Null(await _app.Get<RunReader>().FindAsync("r1", CancellationToken.None));
    }

    [Fact]
    public async Task Fork_under_the_id_of_its_own_run_is_refused()
    {
        await FailAsync("end");

        await Assert.ThrowsAsync<RunExistsException>(() => ResumeAsync(new ResumeRequest("r1") { Fork = true, ForkAs = "r1" }));

        Assert.Equal(RunStatus.Completed, (await ResumeAsync(new ResumeRequest("r1"))).Status);
    }

    [Fact]
    public async Task Budget_counts_all_attempts_and_may_be_raised()
    {
        await FailAsync(["end"], new RunOptions { Budget = new BudgetDefinition(null, 65) });

        var run = await ResumeAsync(new ResumeRequest("r1"));
        Assert.Equal((RunStatus.Completed, 75), (run.Status, run.Usage.InputTokens + run.Usage.OutputTokens));

        _models.Refuses = prompt => prompt.StartsWith("End", StringComparison.Ordinal);
        await StartAsync("r2", new RunOptions { Budget = new BudgetDefinition(null, 60) });
        await _app.WaitAsync("r2");
        _models.Refuses = _ => false;
        var refused = await Assert.ThrowsAsync<RunRefusedException>(() => ResumeAsync(new ResumeRequest("r2")));
        Assert.Contains("has spent its budget, 60 of 60 tokens", Assert.Single(refused.Reasons).Message, StringComparison.Ordinal);

        run = await ResumeAsync(new ResumeRequest("r2") { Options = new RunOptions { Budget = new BudgetDefinition(null, 1_000) } });
        Assert.Equal(RunStatus.Completed, run.Status);
    }

    [Fact]
    public async Task Of_two_resumes_at_the_same_moment_one_is_refused()
    {
        await FailAsync("end");

        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(async _ =>
        {
            try
            {
                return (await _app.Get<RunResumer>().ResumeAsync(_app.Client, new ResumeRequest("r1"), CancellationToken.None)).RunAttempt;
            }
            catch (RunStateException)
            {
                return 0;
            }
        }));
        await _app.WaitAsync("r1.2", "r1");

        Assert.Equal([0, 2], both.Order());
        Assert.Single(_models.TakeAsked());
    }

    private async Task<RunDocument> ResumeAsync(ResumeRequest request)
    {
        var resumed = await _app.Get<RunResumer>().ResumeAsync(_app.Client, request, CancellationToken.None);
        return await _app.WaitAsync(resumed.InstanceId, request.RunId);
    }

    /// <summary>A run in which these steps fail; afterwards they do not any more.</summary>
    private Task FailAsync(params string[] steps) => FailAsync(steps, new RunOptions());

    private async Task FailAsync(string[] steps, RunOptions options)
    {
        _models.Refuses = prompt => steps.Any(step => prompt.StartsWith($"{char.ToUpperInvariant(step[0])}{step[1..]} ", StringComparison.Ordinal));
        await StartAsync(options: options with { OnStepFailure = FailurePolicy.Continue });
        Assert.Equal(RunStatus.Failed, (await _app.WaitAsync("r1")).Status);
        _models.TakeAsked();
        if (steps.Length == 1)
        {
            _models.Refuses = _ => false;
        }
        else
        {
            _models.Refuses = prompt => prompt.StartsWith("End", StringComparison.Ordinal);
        }
    }

    private Task<RunInput> StartAsync(string runId = "r1", RunOptions? options = null) => _app.Get<RunStarter>().StartAsync(
        _app.Client,
        new StartRequest
        {
            RunId = runId,
            Definition = Text(Definition),
            Inputs = new JsonObject { ["left"] = "l", ["right"] = "r" },
            Options = options ?? new RunOptions(),
        },
        CancellationToken.None);

    private static ReadOnlyMemory<byte> Text(string definition) => Encoding.UTF8.GetBytes(definition);
}
