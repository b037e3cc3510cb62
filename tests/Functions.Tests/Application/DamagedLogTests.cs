using System.Text;
using Orchestrator.Functions.Application;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Application;

/// <summary>A process ended while a run was under way, and a line of the run's log is damaged when the next one goes on.</summary>
[Trait("Trust", "14")]
public sealed class DamagedLogTests
{
    private const string Definition = """
        { "options": { "parallelBatchDelay": 0, "defaultModel": "m" },
          "steps": [ { "id": "a", "prompt": "A" }, { "id": "b", "prompt": "B {{a}}", "dependsOn": ["a"] } ] }
        """;

    private static readonly ContentKey Log = ContentKey.Parse("runs/r1/log-0.jsonl");

    private readonly MemoryJournal _journal = new();
    private readonly MemoryContentStore _store = new();
    private readonly HeldModels _models = new();

    [Fact]
    public async Task Attempt_fails_by_the_position_without_a_request_and_a_resume_executes_the_step_again()
    {
        await using (var first = await StartAsync())
        {
            await first.Get<RunStarter>().StartAsync(
                first.Client, new StartRequest { RunId = "r1", Definition = Encoding.UTF8.GetBytes(Definition) }, default);
            (await _models.NextAsync()).SetResult("lost");
            await _models.NextAsync();
        }

        var position = await DamageAsync("\"ended\":\"step.completed\"");
        await using var next = await StartAsync();
        var failed = await next.WaitAsync("r1");

        var sentence = $"The record '{Log}' is damaged: its line at byte {position} ";
        Assert.Equal(RunStatus.Failed, failed.Status);
        Assert.Contains(sentence, failed.Error!.Message, StringComparison.Ordinal);
        Assert.StartsWith(sentence, Assert.Single(failed.Warnings, IsAboutTheLog), StringComparison.Ordinal);

        // No request was made meanwhile: the next one is of a.
        var resumed = await next.Get<RunResumer>().ResumeAsync(next.Client, new ResumeRequest("r1"), default);
        (await _models.NextAsync()).SetResult("again");
        (await _models.NextAsync()).SetResult("end");
        var run = await next.WaitAsync(resumed.InstanceId, "r1");
        Assert.Equal(
            (RunStatus.Completed, "again", "end"), (run.Status, run.Outputs!["a"]!.GetValue<string>(), run.Outputs["b"]!.GetValue<string>()));
        Assert.Contains(run.Warnings, warning => warning.StartsWith(sentence, StringComparison.Ordinal));
    }

    private static bool IsAboutTheLog(string warning) => warning.Contains($"'{Log}'", StringComparison.Ordinal);

    private Task<AppHost> StartAsync() => AppHost.StartAsync(_journal, _store, models: _models);

    /// <summary>Changes a byte of the line with this text. Returns where the line begins.</summary>
    private async Task<int> DamageAsync(string text)
    {
        var log = Encoding.UTF8.GetString((await _store.ReadFromAsync(Log, 0))!.Bytes.Span);
        var at = log.IndexOf(text, StringComparison.Ordinal);
        var begin = log.LastIndexOf('\n', at) + 1;
        await _store.DeleteAsync(Log);
        await _store.AppendAsync(Log, Encoding.UTF8.GetBytes($"{log[..at]}#{log[(at + 1)..]}"));
        return Encoding.UTF8.GetByteCount(log[..begin]);
    }
}
