
namespace Orchestrator.Cli.Tests.Commands;

/// <summary>A state folder that cannot be used, or already has the run, is refused and left as it was.</summary>
public sealed class RunCommandStateTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Taken_run_id_is_refused_and_the_run_stays_as_it_was()
    {
        await _workspace.RunAsync(Workspace.One, null, "-i", "word=x", "--run-id", "mine");
        var record = Path.Combine(_workspace.State, "runs", "mine", "run.json");
        var before = await File.ReadAllBytesAsync(record);

        var result = await _workspace.RunAsync(Workspace.One, null, "-i", "word=y", "--run-id", "mine");

        result.AssertExit(ExitCodes.WrongUsage);
        Assert.Equal("There is a run 'mine' already.", Assert.Single(result.ErrorLines));
        Assert.Equal(before, await File.ReadAllBytesAsync(record));
    }

    [Theory]
    [InlineData("file")]
    [InlineData("file/below")]
    public async Task State_folder_that_cannot_be_made_is_refused(string state)
    {
        _workspace.Write("file", "");

        var result = await Workspace.InvokeAsync(
            "run", _workspace.Write("w.json", Workspace.One), "-i", "word=x", "--mocks", _workspace.Mocks(), "--state", _workspace.Path(state));

        _workspace.AssertRefused(result, $"cannot be written: '{_workspace.Path("file")}' is a file. Choose another folder.");
    }

    [Theory]
    [InlineData("runs")]
    [InlineData("definitions")]
    [InlineData("journal")]
    public async Task State_folder_with_a_file_where_a_folder_must_be_is_refused(string name)
    {
        _workspace.Write("state/" + name, "");

        var result = await _workspace.RunAsync(Workspace.One, null, "-i", "word=x");

        _workspace.AssertRefused(result, _workspace.State);
    }
}
