using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Feed;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.State;
using Orchestrator.Functions.Application;
using Orchestrator.Testing.Stores;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>
/// Every kind of file of a run, in every kind of damage, read by every command: it affects only that run, which can still be deleted.
/// </summary>
[Trait("Trust", "14")]
[SuppressMessage("Design", "CA1001", Justification = "xunit disposes of it.")]
public sealed class DamagedFileTests : IAsyncLifetime
{
    private const string Two = """
        { "slug": "two", "options": { "parallelBatchDelay": 0 },
          "steps": [ { "id": "say", "prompt": "Say {{word}}." }, { "id": "then", "prompt": "Then {{say}}.", "dependsOn": ["say"] } ] }
        """;

    /// <summary>An output that is stored beside the log, under the SHA-256 of its JSON.</summary>
    private static readonly string Large = new('x', 70_000);

    private static readonly string Value = $"runs/bad/outputs/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"\"{Large}\"")))}";

    private static readonly Dictionary<string, Action<string>> Damages = new()
    {
        ["empty"] = path => Replace(path, () => File.WriteAllBytes(path, [])),
        ["zeros"] = path => Replace(path, () => File.WriteAllBytes(path, new byte[4096])),
        ["cut"] = path => File.WriteAllBytes(path, File.Exists(path) ? File.ReadAllBytes(path)[..(int)(new FileInfo(path).Length / 2)] : []),
        ["missing"] = path => Replace(path, () => { }),
        ["folder"] = path => Replace(path, () => Directory.CreateDirectory(path)),
        ["full folder"] = path => Replace(path, () => File.WriteAllText(Path.Combine(Directory.CreateDirectory(path).FullName, "x.json"), "{}")),
        ["dead link"] = path => Replace(path, () => File.CreateSymbolicLink(path, path + "-nowhere")),
        ["endless link"] = path => Replace(path, () => File.CreateSymbolicLink(path, path)),
    };

    /// <summary>A command that is still at work then hangs: each needs a fraction of a second.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Workspace _workspace = new();

    public static TheoryData<string, bool, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool, string>();
            foreach (var file in (string[])
                [
                    "runs/bad/run.json", "runs/bad/log-0.jsonl", "runs/bad/text-0.jsonl",
                    "runs/bad/control.json", Value, "runs/bad/outputs", "runs/bad", "index/_/*-bad", "definitions/*", "journal/instances/bad~0.jsonl",
                    "journal/instances/bad~0.end",
                    "journal/instances/bad.lock", "journal/held/bad.owner",
                    "journal/inbox/0000000000000000001-00000000000000000000000000000000.message",
                ])
            {
                foreach (var damage in Damages.Keys.Where(
                    damage => damage != "cut" || file == Value
                        || Path.GetExtension(file) is ".json" or ".jsonl" or ".end" && file != "runs/bad/control.json"))
                {
                    cases.Add(file, false, damage);
                    if (file == Value || file is "runs/bad/run.json" or "runs/bad/log-0.jsonl"
                        or "journal/instances/bad~0.jsonl" or "journal/instances/bad~0.end")
                    {
                        cases.Add(file, true, damage);
                    }
                }
            }

            return cases;
        }
    }

    public async Task InitializeAsync()
    {
        foreach (var name in (string[])["good", "bad"])
        {
            (await _workspace.RunAsync(Two, $$""" "say": [ { "output": "{{Large}}" } ] """, "-i", "word=x", "--run-id", name))
                .AssertExit(ExitCodes.Completed);
        }
    }

    public Task DisposeAsync()
    {
        _workspace.Dispose();
        return Task.CompletedTask;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task File_costs_its_own_run_at_most(string file, bool hasEnded, string damage)
    {
        if (!hasEnded)
        {
            await InterruptAsync();
        }

        var path = Find(file);
        Assert.True(file != Value || File.Exists(path), "the output is not beside the log");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Damages[damage](path);
        var good = Good();

        await AssertListedAsync(file, damage);
        (await InvokeAsync("runs", "list", "--json")).AssertExit(ExitCodes.Completed);
        await InvokeAsync("runs", "show", "bad");
        (await InvokeAsync("runs", "show", "good")).AssertExit(ExitCodes.Completed);
        (await InvokeAsync("runs", "prune", "--older-than", "30d")).AssertExit(ExitCodes.Completed);
        await AssertListedAsync(file, damage);
        await ServeAsync();
        await InvokeAsync("resume", "bad");
        await InvokeAsync("runs", "cancel", "bad");
        var deleted = await InvokeAsync("runs", "delete", "bad", "--force");
        if (deleted.ExitCode == ExitCodes.Completed)
        {
            Assert.DoesNotMatch("(?m)^bad ", (await InvokeAsync("runs", "list")).Output);
            Assert.Equal([], Directory.EnumerateFiles(_workspace.State, "*", SearchOption.AllDirectories)
                .Where(left => IsOfBad(left) && !left.StartsWith(path, StringComparison.Ordinal)));
        }
        else if (damage == "full folder" && file != "runs/bad")
        {
            // A folder with files of others is kept.
            Assert.Contains(path, deleted.Error, StringComparison.Ordinal);
        }
        else
        {
            // Nothing is left of it, or nothing that is its own.
            Assert.True(file is "runs/bad" || (damage == "missing" && file is "runs/bad/run.json"), deleted.Error);
            Assert.Contains("There is no run 'bad'.", deleted.Error, StringComparison.Ordinal);
        }

        Assert.Equal(good, Good());
    }

    private async Task AssertListedAsync(string file, string damage)
    {
        var list = await InvokeAsync("runs", "list");
        Assert.Matches("(?m)^good +completed ", list.Output);
        if (file == "runs/bad/run.json" && damage != "missing")
        {
            Assert.Matches("(?m)^bad +damaged .*runs/bad/run.json", list.Output);
        }
    }

    /// <summary>A command that ends soon, with a sentence for a person.</summary>
    private async Task<CommandResult> InvokeAsync(params string[] args)
    {
        var result = await Workspace.InvokeAsync([.. args, "--state", _workspace.State]).WaitAsync(Patience);
        Assert.True(result.ExitCode is >= 0 and < ExitCodes.Internal, $"{string.Join(' ', args)} ended with {result.ExitCode}: {result.Error}");
        Assert.DoesNotContain("   at ", result.Output + result.Error, StringComparison.Ordinal);
        return result;
    }

    private async Task ServeAsync()
    {
        var settings =
            new LocalAppSettings(new StateStorage(StorageKind.Files, _workspace.State)) { Continues = _ => true, SimulatesWithoutProvider = true };
        await using var app = await LocalApp.StartAsync(settings, CancellationToken.None).WaitAsync(Patience);
        var reconciler = app.Services.GetRequiredService<RunReconciler>();
        var page = await app.Services.GetRequiredService<RunLister>()
            .ListAsync(new RunFilter(), record => reconciler.ReconcileAsync(app.Client, record, CancellationToken.None), CancellationToken.None)
            .WaitAsync(Patience);
        Assert.Contains(page.Runs, run => run is { RunId: "good", Status: RunStatus.Completed });
    }

    /// <summary>The files of the other run, with their bytes.</summary>
    private List<KeyValuePair<string, string>> Good() =>
    [
        .. Directory.EnumerateFiles(_workspace.State, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetRelativePath(_workspace.State, file).Contains("good", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(file => KeyValuePair.Create(file, Convert.ToBase64String(File.ReadAllBytes(file)))),
    ];

    /// <summary>A hash in the name of a file of the other run may have these letters, too.</summary>
    private bool IsOfBad(string file) => Path.GetRelativePath(_workspace.State, file) is var name
        && name.Contains("bad", StringComparison.Ordinal) && !name.Contains("good", StringComparison.Ordinal);

    private static void Replace(string path, Action make)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }

        File.Delete(path);
        make();
    }

    private string Find(string file)
    {
        var path = Path.Combine(_workspace.State, file);
        return Path.GetFileName(file).Contains('*') ? Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(file)).Single() : path;
    }

    /// <summary>As a process leaves the run that was killed before its end was written.</summary>
    private async Task InterruptAsync()
    {
        await _workspace.MakeOpenAsync("bad");
        var log = Path.Combine(_workspace.State, "runs/bad/log-0.jsonl");
        await RunLogLines.ChangeAsync(log, RunLogLines.Outputs, line => "");
        await RunLogLines.ChangeAsync(log, "\"event\":\"run.completed\"", line => "");
        var instances = Path.Combine(_workspace.State, "journal", "instances");
        File.Delete(Path.Combine(instances, "bad~0.end"));
        var history = Path.Combine(instances, "bad~0.jsonl");
        var lines = await File.ReadAllLinesAsync(history);
        var end = Array.FindIndex(lines, line => line.Contains("\"name\":\"FinishRun\"", StringComparison.Ordinal));
        await File.WriteAllTextAsync(history, string.Join('\n', lines[..end]) + "\n");
    }
}
