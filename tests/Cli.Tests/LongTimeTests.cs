using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.State;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Mocks;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// A state folder with the runs of a year, every file as old as its run: commands keep what is to be kept, and pruning keeps the folder small.
/// </summary>
public sealed class LongTimeTests : IDisposable
{
    private const int Runs = 300;
    private const string FailsOnce =
        """{ "steps": { "second": [ { "error": { "kind": "toolFailed" } }, { "output": "good" } ], "*": [ { "output": "ok" } ] } }""";
    private const string Works = """{ "steps": { "*": [ { "output": "ok" } ] } }""";

    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    [Trait("Trust", "1")]
    public async Task Every_command_over_a_year_of_runs_loses_nothing()
    {
        await InvokeAsync("workflows", "add", _workspace.Write("one.json", Workspace.One));
        await InvokeAsync("prompts", "add", _workspace.Write("greet.md", "Say {{word}}."));
        await StartAsync(Runs);
        await MakeOldAsync();
        var mine = _workspace.Write("state/diary.txt~", "mine");
        var leftover = _workspace.Write("state/runs/run-0/run.json~orchestrator-0123456789abcdef0123456789abcdef", "half");
        Age(DateTime.UtcNow.AddDays(-30));
        var histories = Histories();
        Assert.Equal(Runs, histories.Count);

        foreach (var command in (string[][])
            [
                ["runs", "list", "--top", "500"], ["runs", "list", "--status", "failed", "--json"], ["runs", "show", "run-0"],
                ["runs", "show", "run-299", "--json"], ["workflows", "list"], ["workflows", "show", "one"], ["prompts", "list"],
                ["prompts", "show", "greet"], ["validate", _workspace.Path("one.json")],
                ["runs", "prune", "--older-than", "400d", "--dry-run"], ["runs", "prune", "--older-than", "400d"],
            ])
        {
            await InvokeAsync(command);
            Assert.Equal(histories, Histories());
        }

        Assert.Equal(Runs, (await InvokeAsync("runs", "list", "--top", "500", "--json")).Json().GetProperty("runs").GetArrayLength());
        await InvokeAsync("resume", "run-7");
        await InvokeAsync("runs", "restart", "run-1");
        Assert.Equal(histories, Histories().Intersect(histories, StringComparer.Ordinal));
        Assert.Equal("mine", await File.ReadAllTextAsync(mine));
        Assert.False(File.Exists(leftover));
    }

    [Fact]
    [Trait("Trust", "18")]
    public async Task What_is_pruned_leaves_nothing_behind_however_often()
    {
        await StartAsync(Runs);
        await MakeOldAsync();
        Age(DateTime.UtcNow.AddDays(-30));

        var kept = (await InvokeAsync("runs", "prune", "--older-than", "180d")).Output;

        Assert.StartsWith("Deleted 1", kept, StringComparison.Ordinal);
        var left = (await InvokeAsync("runs", "list", "--top", "500", "--json")).Json().GetProperty("runs").GetArrayLength();
        Assert.InRange(left, 140, 160);
        Assert.Equal(left, Histories().Count);
        Assert.Equal(left, Directory.GetDirectories(Path.Combine(_workspace.State, "runs")).Length);

        var sizes = new List<int>();
        for (var round = 0; round < 3; round++)
        {
            await InvokeAsync(
                "run", _workspace.Write("w.json", Workspace.One.Replace("Say", $"Say {round}", StringComparison.Ordinal)), "-i", "word=x", "--mocks",
                _workspace.Mocks());
            await InvokeAsync("runs", "prune", "--older-than", "0m");
            await InvokeAsync("runs", "prune", "--older-than", "0m");
            MakeDefinitionsOld();
            await InvokeAsync("runs", "prune", "--older-than", "0m");
            sizes.Add(FolderSnapshot.Of(_workspace.State).Count);
        }

        Assert.Equal([0, 0, 0], sizes);
    }

    private List<string> Histories() =>
        [.. Directory.GetFiles(Path.Combine(_workspace.State, "journal", "instances"), "*.jsonl").Select(file => Path.GetFileName(file))
            .Order(StringComparer.Ordinal)];

    /// <summary>Real runs, many at a time in one process; every seventh fails.</summary>
    private async Task StartAsync(int count)
    {
        await using var app = await LocalApp.StartAsync(new LocalAppSettings(Storage), CancellationToken.None);
        var starter = app.Services.GetRequiredService<RunStarter>();
        await Parallel.ForEachAsync(Enumerable.Range(0, count), async (number, cancellation) =>
        {
            Assert.True(MockScript.TryParse(number % 7 == 0 ? FailsOnce : Works, out var mocks, out _));
            var run = await starter.StartAsync(
                app.Client, new StartRequest { RunId = $"run-{number}", Definition = Encoding.UTF8.GetBytes(Workspace.Three), Mocks = mocks },
                cancellation);
            await app.Client.WaitForInstanceCompletionAsync(run.InstanceId, cancellation);
        });
    }

    /// <summary>Spreads the times of the records over the last year.</summary>
    private async Task MakeOldAsync()
    {
        var runs = Storage.OpenExistingRuns();
        var index = Path.Combine(_workspace.State, "index", "_");
        foreach (var entry in Directory.GetFiles(index))
        {
            var runId = Path.GetFileName(entry)[20..];
            var at = DateTimeOffset.UtcNow.AddDays(-365 + (int.Parse(runId[4..], CultureInfo.InvariantCulture) * 365.0 / Runs));
            File.Delete(entry);
            var record = await runs.UpdateAsync(
                runId,
                run => run.WithAttempt(attempt => attempt with { StartedAt = at, CompletedAt = at }) with
                {
                    CreatedAt = at,
                    StartedAt = at,
                    CompletedAt = at,
                },
                CancellationToken.None);
            await runs.AddToIndexAsync(record, CancellationToken.None);
        }
    }

    private void Age(DateTime time)
    {
        foreach (var file in Directory.EnumerateFiles(_workspace.State, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, time);
        }
    }

    /// <summary>As if a day had passed since they were set aside.</summary>
    private void MakeDefinitionsOld()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(_workspace.State, "definitions"), "unused-*"))
        {
            var name = Path.GetFileName(file);
            var since = long.Parse(name.AsSpan(7, 19), CultureInfo.InvariantCulture) - TimeSpan.TicksPerDay;
            File.Move(
                file, Path.Combine(Path.GetDirectoryName(file)!, string.Create(CultureInfo.InvariantCulture, $"unused-{since:D19}{name[26..]}")));
        }
    }

    private StateStorage Storage => new(StorageKind.Files, _workspace.State);

    private async Task<CommandResult> InvokeAsync(params string[] args)
    {
        var result = await Workspace.InvokeAsync(args[0] == "validate" ? args : [.. args, "--state", _workspace.State]);
        result.AssertExit(ExitCodes.Completed);
        return result;
    }
}
