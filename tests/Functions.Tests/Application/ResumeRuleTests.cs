using System.Text;
using Orchestrator.Activities.Feed;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>The rows of docs/resume.md: what a resume does with each kind of step. The step <c>end</c> is refused at first.</summary>
public sealed class ResumeRuleTests : IAsyncLifetime
{
    private readonly AnsweringModels _models = new(prompt => $"[{prompt}]");
    private AppHost _app = null!;
    private int _runs;

    public async Task InitializeAsync() => _app = await AppHost.StartAsync(models: _models);

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Step_that_started_at_the_first_success_is_reused_although_the_others_run_again()
    {
        const string Steps = """
            { "id": "a", "prompt": "a" },
            { "id": "lost", "prompt": "lost" },
            { "id": "first", "prompt": "first {{a}}", "dependsOn": ["a", "lost"], "join": "any" },
            { "id": "end", "prompt": "end {{first}}", "dependsOn": ["first"] }
            """;
        Assert.Equal(["end [first [a]]", "lost"], await AskedAgainAsync(Steps, ["lost", "end"]));
    }

    [Fact]
    public async Task Step_that_saw_a_failure_runs_again_with_what_failed()
    {
        const string Steps = """
            { "id": "a", "prompt": "a" },
            { "id": "bad", "prompt": "bad" },
            { "id": "all", "prompt": "all {{a}}", "dependsOn": ["a", "bad"], "join": "settled" },
            { "id": "end", "prompt": "end {{all}}", "dependsOn": ["all"] }
            """;
        Assert.Equal(["all [a]", "bad", "end [all [a]]"], await AskedAgainAsync(Steps, ["bad", "end"]));
    }

    [Fact]
    public async Task Step_behind_one_that_is_skipped_again_is_reused()
    {
        const string Steps = """
            { "id": "a", "prompt": "a" },
            { "id": "no", "prompt": "no", "dependsOn": ["a"], "when": "a == 'x'" },
            { "id": "behind", "prompt": "behind", "dependsOn": ["no"] },
            { "id": "all", "prompt": "all {{a}}", "dependsOn": ["a", "no", "behind"], "join": "settled" },
            { "id": "end", "prompt": "end {{all}}", "dependsOn": ["all"] }
            """;
        Assert.Equal(["end [all [a]]"], await AskedAgainAsync(Steps, ["end"]));
    }

    [Fact]
    public async Task Step_that_failed_and_was_not_minded_runs_again_and_so_does_what_went_on_without_it()
    {
        const string Steps = """
            { "id": "bad", "prompt": "bad", "options": { "onError": "continue" } },
            { "id": "next", "prompt": "next", "dependsOn": ["bad"], "inputMapping": {} },
            { "id": "end", "prompt": "end", "dependsOn": ["next"], "inputMapping": {} }
            """;
        Assert.Equal(["bad", "end", "next"], await AskedAgainAsync(Steps, ["bad", "end"]));
    }

    [Fact]
    public async Task Fallback_that_was_taken_is_reused_with_the_step_that_took_it()
    {
        const string Steps = """
            { "id": "bad", "prompt": "bad", "options": { "onError": "fallback", "fallback": { "step": "other" } } },
            { "id": "other", "prompt": "other" },
            { "id": "end", "prompt": "end {{bad}}", "dependsOn": ["bad"] }
            """;
        Assert.Equal(["end [other]"], await AskedAgainAsync(Steps, ["bad", "end"]));
    }

    [Fact]
    public async Task Changed_fallback_runs_again_and_so_does_the_step_that_took_it()
    {
        const string Steps = """
            { "id": "bad", "prompt": "bad", "options": { "onError": "fallback", "fallback": { "step": "other" } } },
            { "id": "other", "prompt": "other" },
            { "id": "end", "prompt": "end {{bad}}", "dependsOn": ["bad"] }
            """;
        Assert.Equal(["bad", "end [bad]"], await AskedAgainAsync(
            Steps, ["bad", "end"], Steps.Replace("\"prompt\": \"other\"", "\"prompt\": \"another\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Fallback_of_several_steps_is_reused_with_all_that_took_it()
    {
        const string Steps = """
            { "id": "bad", "prompt": "bad", "options": { "fallback": { "step": "other" } } },
            { "id": "worse", "prompt": "worse", "options": { "fallback": { "step": "other" } } },
            { "id": "other", "prompt": "other" },
            { "id": "end", "prompt": "end {{bad}} {{worse}}", "dependsOn": ["bad", "worse"] }
            """;
        Assert.Equal(["end [other] [other]"], await AskedAgainAsync(Steps, ["bad", "worse", "end"]));
    }

    [Fact]
    public async Task Step_behind_a_fallback_that_is_not_needed_is_reused()
    {
        const string Steps = """
            { "id": "a", "prompt": "a", "options": { "fallback": { "step": "other" } } },
            { "id": "other", "prompt": "other" },
            { "id": "all", "prompt": "all {{a}}", "dependsOn": ["a", "other"], "join": "settled" },
            { "id": "end", "prompt": "end {{all}}", "dependsOn": ["all"] }
            """;
        Assert.Equal(["end [all [a]]"], await AskedAgainAsync(Steps, ["end"]));
    }

    [Theory]
    [InlineData("""{ "id": "other", "prompt": "other", "options": { "fallback": { "step": "third" } } },""")]
    [InlineData("""{ "id": "other", "prompt": "other" }, { "id": "behind", "prompt": "behind", "dependsOn": ["other"], "inputMapping": {},""" +
        """ "options": { "fallback": { "step": "third" } } },""")]
    [InlineData("""{ "id": "other", "prompt": "other" }, { "id": "seen", "prompt": "seen", "dependsOn": ["a", "other"], "join": "settled",""" +
        """ "inputMapping": {}, "options": { "fallback": { "step": "third" } } },""")]
    public async Task Step_behind_a_fallback_of_what_is_not_needed_is_reused(string others)
    {
        var steps = $$$"""
            { "id": "a", "prompt": "a", "options": { "fallback": { "step": "other" } } },
            {{{others}}}
            { "id": "third", "prompt": "third", "options": { "fallback": { "step": "fourth" } } },
            { "id": "fourth", "prompt": "fourth" },
            { "id": "all", "prompt": "all {{a}}", "dependsOn": ["a", "fourth"], "join": "settled" },
            { "id": "end", "prompt": "end {{all}}", "dependsOn": ["all"] }
            """;
        Assert.Equal(["end [all [a]]"], await AskedAgainAsync(steps, ["end"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Fallback_value_that_was_changed_counts_also_for_a_step_that_an_attempt_between_reused(bool fork)
    {
        const string Steps = """
            { "id": "bad", "prompt": "bad", "options": { "fallback": { "value": "plain" } } },
            { "id": "next", "prompt": "next {{bad}}", "dependsOn": ["bad"] },
            { "id": "end", "prompt": "end {{next}}", "dependsOn": ["next"] }
            """;
        await AskedAgainAsync(Steps, ["bad", "end"], isRefusedAgain: true);
        var between = fork ? $"{LastRun}-fork" : LastRun;
        if (fork)
        {
            _models.Refuses = prompt => prompt.StartsWith("end", StringComparison.Ordinal);
            var forked = await _app.Get<RunResumer>()
                .ResumeAsync(_app.Client, new ResumeRequest(LastRun) { Fork = true, ForkAs = between }, CancellationToken.None);
            Assert.True((await _app.WaitAsync(forked.InstanceId, between)).Steps["bad"].FallbackUsed);
        }

        _models.TakeAsked();
        _models.Refuses = prompt => prompt == "bad";

        var resumed = await _app.Get<RunResumer>().ResumeAsync(
            _app.Client, new ResumeRequest(between) { Definition = Text(Steps.Replace("plain", "fancy", StringComparison.Ordinal), null) },
            CancellationToken.None);

        Assert.Equal(RunStatus.Completed, (await _app.WaitAsync(resumed.InstanceId, between)).Status);
        Assert.Equal(["bad", "end [next fancy]", "next fancy"], _models.TakeAsked().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Fallback_of_a_final_step_runs_in_the_attempt_that_needs_it()
    {
        const string Steps = """
            { "id": "a", "prompt": "a" },
            { "id": "bye", "prompt": "bye", "inputMapping": {}, "options": { "fallback": { "step": "other" } } },
            { "id": "other", "prompt": "other" },
            { "id": "end", "prompt": "end {{a}}", "dependsOn": ["a"] }
            """;
        Assert.Equal(["bye", "end [a]"], await AskedAgainAsync(Steps, ["bye", "end"], final: "bye"));
    }

    [Fact]
    public async Task Fallback_value_is_reused_unless_it_was_changed()
    {
        const string Steps = """
            { "id": "bad", "prompt": "bad", "options": { "onError": "fallback", "fallback": { "value": "plain" } } },
            { "id": "end", "prompt": "end {{bad}}", "dependsOn": ["bad"] }
            """;
        Assert.Equal(["end plain"], await AskedAgainAsync(Steps, ["bad", "end"]));
        Assert.Equal(["bad", "end [bad]"], await AskedAgainAsync(Steps, ["bad", "end"], Steps.Replace("plain", "fancy", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Repeated_step_is_reused_when_it_was_done_and_begins_with_its_first_turn_when_it_was_not()
    {
        const string Steps = """
            { "id": "turns", "prompt": "turn {{previous}}", "repeat": { "until": "len(steps.turns.output) > 13", "max": 5 } },
            { "id": "end", "prompt": "end", "dependsOn": ["turns"], "inputMapping": {} }
            """;
        Assert.Equal(["end"], await AskedAgainAsync(Steps, ["end"]));
        Assert.Equal(["end", "turn ", "turn [turn ]"], await AskedAgainAsync(Steps, ["turn [turn ]"]));
    }

    [Fact]
    public async Task Tools_and_merges_are_reused_like_prompts()
    {
        const string Steps = """
            { "id": "a", "prompt": "a" },
            { "id": "made", "type": "tool", "tool": "template", "input": { "template": "made of {{it}}", "values": { "it": "{{a}}" } },
            "dependsOn": ["a"] },
            { "id": "both", "type": "merge", "from": ["a", "made"], "mode": "array", "dependsOn": ["a", "made"] },
            { "id": "end", "prompt": "end {{both}}", "dependsOn": ["both"] }
            """;
        var asked = await AskedAgainAsync(Steps, ["end"]);

        Assert.Single(asked);
        var run = (await _app.Get<RunReader>().FindAsync(LastRun, CancellationToken.None))!;
        Assert.Equal(["a", "made", "both"], run.Attempts[^1].Reused);
    }

    [Fact]
    public async Task Final_steps_run_at_the_end_of_every_attempt()
    {
        const string Steps = """
            { "id": "a", "prompt": "a" },
            { "id": "bye", "prompt": "bye", "inputMapping": {} },
            { "id": "end", "prompt": "end {{a}}", "dependsOn": ["a"] }
            """;
        Assert.Equal(["bye", "end [a]"], await AskedAgainAsync(Steps, ["end"], final: "bye"));
    }

    private string LastRun => $"r{_runs}";

    /// <summary>The prompts that a resume asks, after a run in which those that begin with these words were refused; in ordinal order.</summary>
    private async Task<List<string>> AskedAgainAsync(
        string steps, string[] refused, string? changed = null, string? final = null, bool isRefusedAgain = false)
    {
        _runs++;
        _models.Refuses = prompt => Array.Exists(refused, word => prompt == word || prompt.StartsWith(word + " ", StringComparison.Ordinal));
        await _app.Get<RunStarter>().StartAsync(
            _app.Client, new StartRequest
            {
                RunId = LastRun,
                Definition = Text(steps, final),
                Options = new RunOptions { OnStepFailure = FailurePolicy.Continue }
            }, CancellationToken.None);
        var failed = await _app.WaitAsync(LastRun);
        Assert.True(failed.Status == RunStatus.Failed, $"{failed.Status} {failed.Error?.Message}");
        _models.TakeAsked();
        _models.Refuses = isRefusedAgain ? _models.Refuses : _ => false;

        var resumed = await _app.Get<RunResumer>()
            .ResumeAsync(_app.Client, new ResumeRequest(LastRun) { Definition = Text(changed ?? steps, final) }, CancellationToken.None);
        var run = await _app.WaitAsync(resumed.InstanceId, LastRun);
        Assert.True(run.Status == (isRefusedAgain ? RunStatus.Failed : RunStatus.Completed), $"{run.Status} {run.Error?.Message}");
        return [.. _models.TakeAsked().Order(StringComparer.Ordinal)];
    }

    private static ReadOnlyMemory<byte> Text(string steps, string? final) => Encoding.UTF8.GetBytes(
        $$"""{ "options": { "parallelBatchDelay": 0, "defaultModel": "m" },""" +
        $$""" "steps": [ {{steps}} ]{{(final is null ? "" : $", \"finally\": [ \"{final}\" ]")}} }""");
}
