using System.Text;
using System.Text.Json;
using Orchestrator.Testing.Stores;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>What a resume does about stored parts of a run that cannot be read.</summary>
[Trait("Trust", "14")]
public sealed class DamagedResumeTests : IDisposable
{
    private const string Definition = """
        { "slug": "two", "steps": [ { "id": "a", "prompt": "a" }, { "id": "b", "prompt": "{{a}}", "dependsOn": ["a"] } ] }
        """;

    private const string Failing = """ "b": [ { "error": { "kind": "contentFiltered" } }, { "output": "B" } ] """;

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Damaged_record_of_a_step_costs_that_step_and_a_warning_that_names_its_place(bool isFork)
    {
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "r")).AssertExit(1);
        var place = await ChangeRecordAsync("a", line => line[..20]);

        var resumed = await Workspace.InvokeAsync(
            ["resume", "r", "--json", "--state", _workspace.State, .. isFork ? (string[])["--fork", "--mocks", _workspace.Mocks()] : []]);

        resumed.AssertExit(0);
        var run = resumed.Json();
        Assert.Equal("completed", run.GetProperty("steps").GetProperty("a").GetProperty("status").GetString());
        Assert.Empty(Reused(run));
        Assert.Contains(
            run.GetProperty("warnings").EnumerateArray(),
            warning => warning.GetString()!.StartsWith(
                    $"The record 'runs/r/log-0.jsonl' is damaged: its line at byte {place} ", StringComparison.Ordinal)
                && warning.GetString()!.EndsWith("A step that has no other record is executed again.", StringComparison.Ordinal));
    }

    /// <summary>Of the steps whose records are intact nothing is executed again.</summary>
    [Fact]
    public async Task Damaged_line_costs_no_step_that_has_a_record()
    {
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "r")).AssertExit(1);
        var place = await ChangeRecordAsync("b", line => line[..20]);

        var resumed = await Workspace.InvokeAsync("resume", "r", "--json", "--mocks", _workspace.Mocks(), "--state", _workspace.State);

        resumed.AssertExit(0);
        Assert.Equal(["a"], Reused(resumed.Json()));
        Assert.Contains(
            resumed.Json().GetProperty("warnings").EnumerateArray(),
            warning => warning.GetString()!.Contains($"its line at byte {place} ", StringComparison.Ordinal));
    }

    /// <summary>What the line recorded may have been paid: the attempt is not executed again by itself, but by a resume.</summary>
    [Fact]
    public async Task Interrupted_attempt_of_a_run_with_a_damaged_line_fails_and_a_resume_goes_on()
    {
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "r")).AssertExit(1);
        var place = await ChangeRecordAsync("a", line => line[..20]);
        await _workspace.MakeOpenAsync("r");
        var instances = Path.Combine(_workspace.State, "journal", "instances");
        File.Delete(Path.Combine(instances, "r~0.end"));
        var history = Path.Combine(instances, "r~0.jsonl");
        var lines = await File.ReadAllLinesAsync(history);
        var first = Array.FindIndex(lines, line => line.Contains("\"name\":\"ExecuteStep\"", StringComparison.Ordinal));
        await File.WriteAllTextAsync(history, string.Join('\n', lines[..(first + 1)]) + "\n");

        var failed = await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State);
        var resumed = await Workspace.InvokeAsync("resume", "r", "--json", "--state", _workspace.State);

        failed.AssertExit(1);
        Assert.Contains($"'runs/r/log-0.jsonl' is damaged: its line at byte {place} ", failed.Output + failed.Error, StringComparison.Ordinal);
        resumed.AssertExit(0);
    }

    [Theory]
    [InlineData]
    [InlineData("--fork", "--run-id", "other")]
    public async Task Missing_record_of_a_step_that_an_attempt_reused_costs_that_step_and_a_warning(params string[] more)
    {
        (await _workspace.RunAsync(
            Definition, """ "b": [ { "error": { "kind": "contentFiltered" } }, { "error": { "kind": "contentFiltered" } }, { "output": "B" } ] """,
            "--run-id", "r")).AssertExit(1);
        (await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State)).AssertExit(1);
        (await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State, "--fork", "--run-id", "sound")).AssertExit(1);
        await ChangeRecordAsync("a", line => "");

        var resumed = await Workspace.InvokeAsync(["resume", "r", "--json", "--state", _workspace.State, "--mocks", _workspace.Mocks(), .. more]);

        resumed.AssertExit(0);
        var run = resumed.Json();
        Assert.Equal("completed", run.GetProperty("steps").GetProperty("a").GetProperty("status").GetString());
        var warning = Assert.Single(
            run.GetProperty("warnings").EnumerateArray(),
            warning => warning.GetString()!.Contains("'runs/r/log-0.jsonl' does not have it", StringComparison.Ordinal));
        Assert.StartsWith("The record of step 'a', which the run reused, is missing: ", warning.GetString(), StringComparison.Ordinal);
        Assert.EndsWith("Step 'a' is executed again.", warning.GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Damaged_definition_is_named_and_the_next_start_writes_it_again()
    {
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "r")).AssertExit(1);
        foreach (var file in Directory.GetFiles(Path.Combine(_workspace.State, "definitions")))
        {
            await CutAsync(file);
        }

        var refused = await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State);
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "again")).AssertExit(1);
        var resumed = await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State);

        refused.AssertPlainRefusal();
        Assert.Contains("'definitions/", refused.Error, StringComparison.Ordinal);
        resumed.AssertExit(0);
    }

    /// <summary>No other record has the inputs, so that the message names the start of the definition file.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refusal_without_what_the_latest_attempt_executes_names_the_start_that_begins_anew(bool isMissing)
    {
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "r")).AssertExit(1);
        await DamageLineAsync(RunLogLines.Prepared, isMissing);

        foreach (var command in (string[][])[["resume", "r"], ["resume", "r", "--fork"], ["runs", "restart", "r"], ["runs", "show", "r"]])
        {
            var answer = await Workspace.InvokeAsync([.. command, "--state", _workspace.State]);

            answer.AssertExit(command[1] == "show" ? 0 : 2);
            var text = answer.Output + answer.Error;
            Assert.Contains("'runs/r/log-0.jsonl'", text, StringComparison.Ordinal);
            Assert.Matches("'orchestrator run [^']+\\.json --state [^']+' with its inputs begins anew", text);
            Assert.Contains("'orchestrator runs delete r --state", text, StringComparison.Ordinal);
            Assert.DoesNotContain("To go on from what is done", text, StringComparison.Ordinal);
        }

        (await Workspace.InvokeAsync("runs", "delete", "r", "--state", _workspace.State)).AssertExit(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Resume_goes_on_without_what_an_earlier_attempt_executed_and_warns(bool isMissing)
    {
        (await _workspace.RunAsync(
            Definition, """ "b": [ { "error": { "kind": "contentFiltered" } }, { "error": { "kind": "contentFiltered" } }, { "output": "B" } ] """,
            "--run-id", "r")).AssertExit(1);
        (await Workspace.InvokeAsync("resume", "r", "--output", "a=given", "--state", _workspace.State)).AssertExit(1);
        await DamageLineAsync(RunLogLines.Prepared, isMissing);

        var resumed = await Workspace.InvokeAsync("resume", "r", "--json", "--state", _workspace.State);

        resumed.AssertExit(0);
        var run = resumed.Json();
        Assert.Equal("given", run.GetProperty("outputs").GetProperty("a").GetString());
        var warning = Assert.Single(
            run.GetProperty("warnings").EnumerateArray(),
            warning => warning.GetString()!.Contains("What attempt 1 of run 'r' executes ", StringComparison.Ordinal));
        Assert.Contains("'runs/r/log-0.jsonl'", warning.GetString(), StringComparison.Ordinal);
        Assert.EndsWith("Results of attempt 1 that no later attempt reused are not reused.", warning.GetString(), StringComparison.Ordinal);
    }

    /// <summary>A later attempt reused an output that was given by hand to an attempt of which nothing else is left.</summary>
    [Fact]
    public async Task Output_by_hand_outlives_what_its_attempt_executed()
    {
        (await _workspace.RunAsync(Definition, """ "b": [ { "error": { "kind": "contentFiltered" } },""" +
            """ { "error": { "kind": "contentFiltered" } }, { "error": { "kind": "contentFiltered" } }, { "output": "B" } ] """, "--run-id",
            "r")).AssertExit(1);
        (await Workspace.InvokeAsync("resume", "r", "--output", "a=given", "--state", _workspace.State)).AssertExit(1);
        (await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State)).AssertExit(1);
        await DamageLineAsync("\"name\":\"prepared-2-", isMissing: false);

        var resumed = await Workspace.InvokeAsync("resume", "r", "--json", "--state", _workspace.State);

        resumed.AssertExit(0);
        Assert.Equal("given", resumed.Json().GetProperty("outputs").GetProperty("a").GetString());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Outputs_that_cannot_be_read_are_named_and_a_fork_makes_them_again(bool isMissing)
    {
        (await _workspace.RunAsync(Definition, """ "b": [ { "output": "B" } ] """, "--run-id", "r")).AssertExit(0);
        await DamageLineAsync(RunLogLines.Outputs, isMissing);

        var shown = await Workspace.InvokeAsync("runs", "show", "r", "--state", _workspace.State);
        var forked = await Workspace.InvokeAsync("resume", "r", "--fork", "--json", "--state", _workspace.State);

        shown.AssertExit(0);
        Assert.Contains("'runs/r/log-0.jsonl'", shown.Output, StringComparison.Ordinal);
        Assert.Contains("'orchestrator resume r --fork --state", shown.Output, StringComparison.Ordinal);
        forked.AssertExit(0);
        Assert.Equal("B", forked.Json().GetProperty("outputs").GetProperty("b").GetString());
        Assert.Equal(2, forked.Json().GetProperty("attempts")[0].GetProperty("reused").GetArrayLength());
    }

    [Fact]
    public async Task Resume_of_a_run_whose_history_is_damaged_names_the_fork_that_goes_on()
    {
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "r")).AssertExit(1);
        await DamageAsync(Path.Combine(_workspace.State, "journal", "instances", "r~0.jsonl"), isMissing: false);

        var refused = await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State);
        var forked = await Workspace.InvokeAsync("resume", "r", "--fork", "--mocks", _workspace.Mocks(), "--state", _workspace.State);

        refused.AssertExit(2);
        Assert.Contains("'orchestrator resume r --fork --state", refused.Error, StringComparison.Ordinal);
        forked.AssertExit(0);
    }

    /// <summary>The first line alone, cut off, is a history without records.</summary>
    [Theory]
    [InlineData("{}", "is damaged")]
    [InlineData("", "is gone")]
    public async Task Interrupted_run_without_a_usable_history_is_forked_and_cancelled_by_the_commands_that_are_shown(string history, string said)
    {
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "r")).AssertExit(1);
        await InterruptAsync("r", history);

        var shown = await CommandAsync(0, "runs", "show", "r");
        Assert.Contains($"Its history {said}", shown, StringComparison.Ordinal);
        Assert.Contains("in a new run: orchestrator resume r --fork", shown, StringComparison.Ordinal);
        var refused = await CommandAsync(2, "resume", "r");
        Assert.Contains($"The history of run 'r' {said}", refused, StringComparison.Ordinal);
        Assert.Contains("'orchestrator resume r --fork --state", refused, StringComparison.Ordinal);

        var forked = await CommandAsync(0, "resume", "r", "--fork", "--run-id", "other", "--mocks", _workspace.Mocks());
        Assert.Contains("1 of them reused", forked, StringComparison.Ordinal);
        Assert.Contains("Run r failed", await CommandAsync(0, "runs", "show", "r"), StringComparison.Ordinal);

        (await _workspace.RunAsync(Definition, Failing, "--run-id", "c")).AssertExit(1);
        await InterruptAsync("c", history);
        var cancelled = await CommandAsync(0, "runs", "cancel", "c");
        Assert.Contains($"Run 'c' is cancelled. The history of run 'c' {said}", cancelled, StringComparison.Ordinal);
        Assert.DoesNotContain("Run c: 2 steps", cancelled, StringComparison.Ordinal);
        Assert.Contains("Run 'c' has ended: it is cancelled.", await CommandAsync(0, "runs", "cancel", "c"), StringComparison.Ordinal);
        await CommandAsync(0, "runs", "delete", "c");
    }

    [Fact]
    public async Task Run_whose_history_was_cut_off_after_its_end_is_shown_with_the_fork_that_goes_on()
    {
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "r")).AssertExit(1);
        await CutAsync(History("r"));

        var shown = await CommandAsync(0, "runs", "show", "r");
        var refused = await CommandAsync(2, "resume", "r");

        Assert.Contains("in a new run: orchestrator resume r --fork", shown, StringComparison.Ordinal);
        Assert.Contains("The history of run 'r' is gone: it was purged, moved away or cut off.", refused, StringComparison.Ordinal);
    }

    private string History(string runId) => Path.Combine(_workspace.State, "journal", "instances", $"{runId}~0.jsonl");

    /// <summary>Leaves the run as a killed process does, with another history.</summary>
    private async Task InterruptAsync(string runId, string history)
    {
        await _workspace.MakeOpenAsync(runId);
        await File.WriteAllTextAsync(History(runId), history);
        File.Delete(Path.ChangeExtension(History(runId), ".end"));
    }

    private async Task<string> CommandAsync(int exit, params string[] args)
    {
        var answer = await Workspace.InvokeAsync([.. args, "--state", _workspace.State]);
        answer.AssertExit(exit);
        return answer.Output + answer.Error;
    }

    [Fact]
    public async Task Missing_definition_is_named_and_the_next_start_writes_it_again()
    {
        (await _workspace.RunAsync(Definition, Failing, "--run-id", "r")).AssertExit(1);
        Directory.GetFiles(Path.Combine(_workspace.State, "definitions")).ToList().ForEach(File.Delete);

        foreach (var command in (string[][])[["resume", "r"], ["runs", "restart", "r"]])
        {
            var refused = await Workspace.InvokeAsync([.. command, "--state", _workspace.State]);
            refused.AssertPlainRefusal();
            Assert.Contains("A start of it (", refused.Error, StringComparison.Ordinal);
        }

        (await _workspace.RunAsync(Definition, Failing, "--run-id", "again")).AssertExit(1);
        (await Workspace.InvokeAsync("resume", "r", "--state", _workspace.State)).AssertExit(0);
    }

    private static async Task DamageAsync(string file, bool isMissing)
    {
        Assert.True(File.Exists(file), file);
        if (isMissing)
        {
            File.Delete(file);
            return;
        }

        await File.WriteAllTextAsync(file, "{");
    }

    /// <summary>Damages or removes the line of the log of the run <c>r</c> that has this content.</summary>
    private Task DamageLineAsync(string content, bool isMissing) => RunLogLines.ChangeAsync(
        Path.Combine(_workspace.State, "runs", "r", "log-0.jsonl"), content, line => isMissing ? "" : line[..20]);

    private static IEnumerable<string?> Reused(JsonElement run) =>
        run.GetProperty("attempts").EnumerateArray().Last().GetProperty("reused").EnumerateArray().Select(step => step.GetString());

    /// <summary>Changes the record of the step's first attempt in the log of the run <c>r</c>; an empty line is removed.</summary>
    /// <returns>Where the line begins, in bytes.</returns>
    private async Task<int> ChangeRecordAsync(string step, Func<string, string> change)
    {
        var log = Path.Combine(_workspace.State, "runs", "r", "log-0.jsonl");
        var lines = (await File.ReadAllTextAsync(log)).Split('\n');
        var number = Array.FindIndex(lines, line => line.Contains($"\"stepPath\":\"{step}\"", StringComparison.Ordinal)
            && line.Contains("\"checkpoint\":", StringComparison.Ordinal));
        lines[number] = change(lines[number]);
        await File.WriteAllTextAsync(log, string.Join('\n', lines.Where((line, at) => at != number || line.Length > 0)));
        return lines[..number].Sum(line => Encoding.UTF8.GetByteCount(line) + 1);
    }

    private static async Task CutAsync(string file) => await File.WriteAllBytesAsync(file, (await File.ReadAllBytesAsync(file))[..20]);
}
