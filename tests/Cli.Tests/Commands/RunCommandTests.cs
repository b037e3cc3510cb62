using System.Text.Json;

namespace Orchestrator.Cli.Tests.Commands;

public sealed class RunCommandTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Run_that_completes_prints_steps_outputs_and_figures_and_exits_with_0()
    {
        var result =
            await _workspace.RunAsync(Workspace.One, """ "say": [ { "output": "hello there" } ] """, "-i", "word=hello", "--run-id", "first");

        result.AssertExit(ExitCodes.Completed);
        Assert.Contains("hello there", result.Output, StringComparison.Ordinal);
        Assert.Contains("Run first completed: 1 of 1 steps", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("── word ──", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Json_goes_alone_to_the_output_and_progress_to_the_error_output()
    {
        var result = await _workspace.RunAsync(Workspace.One, null, "-i", "word=hello", "--json");

        Assert.Equal("completed", result.Json().GetProperty("status").GetString());
        Assert.Contains("say started", result.Error, StringComparison.Ordinal);
        Assert.Contains("say completed", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Memory_storage_leaves_no_state_folder()
    {
        var result = await _workspace.RunAsync(Workspace.One, null, "-i", "word=hello", "--storage", "memory", "--json");

        result.AssertExit(ExitCodes.Completed);
        Assert.Equal("ok", result.Json().GetProperty("outputs").GetProperty("say").GetString());
        Assert.False(Directory.Exists(_workspace.State));
    }

    [Fact]
    public async Task Failing_step_skips_its_dependents_cancels_what_has_not_started_and_exits_with_1()
    {
        var result = await _workspace.RunAsync(
            Workspace.Three, """ "first": [ { "error": { "kind": "contentFiltered", "message": "No." } } ] """, "--json");

        result.AssertExit(ExitCodes.RunFailed);
        var run = result.Json();
        Assert.Equal("failed", run.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("outputs").ValueKind);
        Assert.Equal("contentFiltered", run.GetProperty("error").GetProperty("kind").GetString());
        Assert.Equal("first", run.GetProperty("error").GetProperty("step").GetString());
        var steps = run.GetProperty("steps");
        Assert.Equal(("failed", null), StateOf("first"));
        Assert.Equal("No.", steps.GetProperty("first").GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(("skipped", "dependency"), StateOf("second"));
        Assert.Equal(("cancelled", "stop"), StateOf("alone"));
        Assert.Equal(3, run.GetProperty("progress").GetProperty("done").GetInt32());

        (string?, string?) StateOf(string step) =>
            (steps.GetProperty(step).GetProperty("status").GetString(), steps.GetProperty(step).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Failing_run_says_in_text_which_step_failed_and_why()
    {
        var result = await _workspace.RunAsync(
            Workspace.Three, """ "first": [ { "error": { "kind": "contentFiltered", "message": "The provider said no." } } ] """);

        result.AssertExit(ExitCodes.RunFailed);
        Assert.Contains("first failed: The provider said no.", result.Output, StringComparison.Ordinal);
        Assert.Contains("skipped (dependency)", result.Output, StringComparison.Ordinal);
        Assert.Contains("cancelled (stop)", result.Output, StringComparison.Ordinal);
        Assert.Contains("Error in step 'first' (contentFiltered): The provider said no.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rate_limit_is_retried_not_before_the_provider_allows_it()
    {
        var result = await _workspace.RunAsync(
            Workspace.One,
            """ "say": [ { "error": { "kind": "rateLimited", "retryAfterMs": 200 } }, { "output": "at last" } ] """,
            "-i", "word=hello", "--json");

        result.AssertExit(ExitCodes.Completed);
        var run = result.Json();
        var step = run.GetProperty("steps").GetProperty("say");
        Assert.Equal(2, step.GetProperty("attempts").GetInt32());
        Assert.Equal("at last", run.GetProperty("outputs").GetProperty("say").GetString());
        var took = step.GetProperty("completedAt").GetDateTimeOffset() - step.GetProperty("startedAt").GetDateTimeOffset();
        Assert.True(took >= TimeSpan.FromMilliseconds(200), $"both attempts took {took}");
        Assert.Contains("may be tried again", result.Error, StringComparison.Ordinal);
        Assert.Contains("started again (attempt 2)", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Step_that_fails_at_every_attempt_is_tried_as_often_as_its_retries_say()
    {
        const string Definition = """{ "steps": [ { "id": "say", "prompt": "Say.", "options": { "retryCount": 1 } } ] }""";

        var result = await _workspace.RunAsync(Definition, """ "say": [ { "error": { "kind": "unavailable" } } ] """, "--json");

        result.AssertExit(ExitCodes.RunFailed);
        Assert.Equal(2, result.Json().GetProperty("steps").GetProperty("say").GetProperty("attempts").GetInt32());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Max_parallelism_limits_how_many_steps_execute_at_one_time(int limit)
    {
        const string Definition = """
            { "options": { "parallelBatchDelay": 0 },
              "steps": [ { "id": "a", "prompt": "A." }, { "id": "b", "prompt": "B." }, { "id": "c", "prompt": "C." },
              { "id": "d", "prompt": "D." } ] }
            """;

        var slow = string.Join(", ", "abcd".Select(step => $$""" "{{step}}": [ { "output": "ok", "latencyMs": 100 } ] """));
        var result = await _workspace.RunAsync(Definition, slow, "--max-parallelism", $"{limit}", "--json");

        var run = result.Json();
        Assert.Equal(limit, run.GetProperty("pools").GetProperty("run").GetProperty("maxConcurrent").GetInt32());
        Assert.Equal(limit, MostAtOnce(run.GetProperty("steps")));
    }

    [Fact]
    public async Task Run_id_is_the_one_that_was_given()
    {
        var result = await _workspace.RunAsync(Workspace.One, null, "-i", "word=x", "--run-id", "my-run_1", "--json");

        Assert.Equal("my-run_1", result.Json().GetProperty("runId").GetString());
        Assert.True(File.Exists(Path.Combine(_workspace.State, "runs", "my-run_1", "run.json")));
    }

    [Fact]
    public async Task Definition_without_a_slug_is_named_after_its_file()
    {
        var file = _workspace.Write("My Flow.json", """{ "steps": [ { "id": "say", "prompt": "Say." } ] }""");

        var result = await Workspace.InvokeAsync("run", file, "--state", _workspace.State, "--mocks", _workspace.Mocks(), "--json");

        Assert.Equal("my-flow", result.Json().GetProperty("workflow").GetString());
    }

    [Fact]
    public async Task Prompts_are_found_in_the_folder_beside_the_definition()
    {
        _workspace.Write("prompts/greet.md", "Say {{word}}.");

        var result = await _workspace.RunAsync("""{ "steps": [ { "id": "say", "promptId": "greet" } ] }""", null, "-i", "word=hello", "--json");

        result.AssertExit(ExitCodes.Completed);
    }

    [Fact]
    public async Task Streamed_step_is_printed_while_it_is_written_and_the_others_are_not()
    {
        const string Definition = """
            { "options": { "stream": true }, "steps": [ { "id": "told", "prompt": "Tell." },
            { "id": "silent", "prompt": "Be silent.", "dependsOn": ["told"] } ] }
            """;

        var result = await _workspace.RunAsync(
            Definition, """ "told": [ { "output": "once upon a time" } ], "silent": [ { "output": "nobody reads this" } ] """, "--stream", "told",
            "--json");

        result.AssertExit(ExitCodes.Completed);
        Assert.Contains("once upon a time", result.ErrorLines);
        Assert.DoesNotContain("nobody reads this", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Streamed_step_is_printed_also_when_the_definition_does_not_stream_it()
    {
        var result = await _workspace.RunAsync(
            Workspace.One, """ "say": [ { "output": "once upon a time" } ] """, "-i", "word=x", "--stream", "say", "--json");

        Assert.Contains("once upon a time", result.ErrorLines);
    }

    [Fact]
    public async Task Simulated_model_is_announced_in_one_line()
    {
        var file = _workspace.Write("workflow.json", Workspace.One);

        var result = await Workspace.InvokeAsync(
            "run", file, "--storage", "memory", "--model", "simulated:latency=0,tokensPerSecond=100000", "-i", "word=x", "--json");

        result.AssertExit(ExitCodes.Completed);
        Assert.Single(result.ErrorLines, line => line.Contains("simulated", StringComparison.Ordinal));
    }

    /// <summary>The most intervals that share a moment; an end at the very moment of a start is none.</summary>
    private static int MostAtOnce(JsonElement steps)
    {
        var moments = steps.EnumerateObject()
            .SelectMany(step => new[]
            {
                (At: step.Value.GetProperty("startedAt").GetDateTimeOffset(), Change: 1),
                (At: step.Value.GetProperty("completedAt").GetDateTimeOffset(), Change: -1),
            })
            .OrderBy(moment => moment.At).ThenBy(moment => moment.Change);
        var (now, most) = (0, 0);
        foreach (var (_, change) in moments)
        {
            now += change;
            most = Math.Max(most, now);
        }

        return most;
    }
}
