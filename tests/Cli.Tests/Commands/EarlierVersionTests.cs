using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.State;

namespace Orchestrator.Cli.Tests.Commands;

/// <summary>
/// A state folder as an earlier commit left it: run <c>failed</c> failed at its third of four steps, and the process of run <c>killed</c> was killed at
/// its third. This version leaves such runs alone, says so in one line, deletes them on request, and runs others beside them.
/// </summary>
[Trait("Trust", "14")]
public abstract class EarlierVersionTests : IDisposable
{
    private static readonly string[] Old = ["failed", "killed"];

    private readonly Workspace _workspace = new();
    private readonly int _format;
    private readonly string _part;

    /// <param name="commit">The commit, whose state folder is a golden.</param>
    /// <param name="format">The format of its records of runs.</param>
    /// <param name="part">A file in the folder of <c>killed</c> that this version does not write.</param>
    protected EarlierVersionTests(string commit, int format, string part)
    {
        (_format, _part) = (format, part);
        var golden = Path.Combine(AppContext.BaseDirectory, "Goldens", commit);
        foreach (var file in Directory.GetFiles(golden, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(_workspace.State, Path.GetRelativePath(golden, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    public void Dispose()
    {
        _workspace.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Runs_are_listed_as_older_beside_a_new_one()
    {
        (await _workspace.RunAsync(Workspace.One, null, "-i", "word=x", "--run-id", "new")).AssertExit(ExitCodes.Completed);

        var list = (await InvokeAsync(ExitCodes.Completed, "runs", "list")).Output;

        Assert.Matches("(?m)^new +completed ", list);
        Assert.All(Old, run => Assert.Matches($"(?m)^{run} +older .* four .*'runs/{run}/run.json' was written by an earlier version ", list));
        var rows = (await InvokeAsync(ExitCodes.Completed, "runs", "list", "--json")).Json().GetProperty("runs").EnumerateArray();
        Assert.Equal(
            [("new", null), ("killed", "older"), ("failed", "older")],
            rows.Select(row => (
                row.GetProperty("runId").GetString(), row.TryGetProperty("unreadable", out var unreadable) ? unreadable.GetString() : null)));
    }

    [Theory]
    [InlineData("runs", "show")]
    [InlineData("runs", "show", "--json")]
    [InlineData("runs", "cancel")]
    [InlineData("runs", "suspend")]
    [InlineData("runs", "continue")]
    [InlineData("runs", "restart")]
    [InlineData("resume")]
    [InlineData("resume", "--fork")]
    public async Task Command_about_one_is_refused_in_one_line_and_changes_nothing(params string[] command)
    {
        var before = FolderSnapshot.Of(_workspace.State);
        foreach (var run in Old)
        {
            var refused = await InvokeAsync(ExitCodes.WrongUsage, [.. command, run]);

            refused.AssertPlainRefusal();
            var line = Assert.Single(refused.ErrorLines);
            Assert.StartsWith($"The record 'runs/{run}/run.json' was written by an earlier version of orchestrator, in format {_format}; ", line);
            Assert.Contains("Use that version.", line, StringComparison.Ordinal);
            Assert.Contains($"'orchestrator runs delete {run} --state ", line, StringComparison.Ordinal);
        }

        Assert.Equal(before, FolderSnapshot.Of(_workspace.State));
    }

    [Fact]
    public async Task Id_of_one_is_taken()
    {
        var before = FolderSnapshot.Of(Run("killed"));

        var refused = await _workspace.RunAsync(Workspace.One, null, "-i", "word=x", "--run-id", "killed");

        refused.AssertPlainRefusal();
        Assert.Contains("killed", Assert.Single(refused.ErrorLines), StringComparison.Ordinal);
        Assert.Equal(before, FolderSnapshot.Of(Run("killed")));
    }

    [Fact]
    public async Task Serving_process_leaves_them_and_names_them()
    {
        var before = FolderSnapshot.Of(_workspace.State);
        await using (var app = await LocalApp.StartAsync(
            new LocalAppSettings(new StateStorage(StorageKind.Files, _workspace.State)) { Continues = _ => true, SimulatesWithoutProvider = true },
            CancellationToken.None))
        {
            Assert.Empty(app.Driven);
            Assert.Equal(Old, app.FindUndriven());
            Assert.Equal(Old, app.Unreadable.Keys.Order(StringComparer.Ordinal));
        }

        Assert.Equal(before, FolderSnapshot.Of(_workspace.State));
    }

    [Theory]
    [InlineData]
    [InlineData("--force")]
    public async Task They_are_deleted_with_all_their_files_and_pruning_keeps_them(params string[] more)
    {
        var pruned = await InvokeAsync(ExitCodes.Completed, "runs", "prune", "--older-than", "0m");
        Assert.Contains("Kept 2 runs whose record cannot be read: failed, killed;", pruned.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Run("killed"), _part)));

        foreach (var run in Old)
        {
            await InvokeAsync(ExitCodes.Completed, ["runs", "delete", run, .. more]);
        }

        Assert.Equal("There are no such runs.", (await InvokeAsync(ExitCodes.Completed, "runs", "list")).Output.Trim());
        Assert.All(FolderSnapshot.Of(_workspace.State).Keys, file => Assert.StartsWith("definitions/", file, StringComparison.Ordinal));
    }

    private string Run(string id) => Path.Combine(_workspace.State, "runs", id);

    private async Task<CommandResult> InvokeAsync(int exitCode, params string[] args)
    {
        var result = await Workspace.InvokeAsync([.. args, "--state", _workspace.State]);
        result.AssertExit(exitCode);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        return result;
    }
}

/// <summary>Before the logs of runs: a file for each attempt of a step.</summary>
public sealed class EarlierStepFilesTests() : EarlierVersionTests("bc7189c", 1, Path.Combine("steps", "a", "1-1.json"));

/// <summary>A file for what each attempt of a run executes, and one for its outputs. Run <c>failed</c> was resumed once.</summary>
public sealed class EarlierPreparedFilesTests() : EarlierVersionTests("98b5059a", 2, "prepared-1.json");
