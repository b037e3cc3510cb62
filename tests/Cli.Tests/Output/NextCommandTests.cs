using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Tests.Output;

public class NextCommandTests
{
    private static readonly StateStorage Default = new(StorageKind.Files, ".orchestrator");

    [Theory]
    [InlineData(RunStatus.Completed, null)]
    [InlineData(RunStatus.Failed, "To go on from what is done: orchestrator resume r")]
    [InlineData(RunStatus.Cancelled, "To go on from what is done: orchestrator resume r")]
    [InlineData(RunStatus.TimedOut, "To go on from what is done: orchestrator resume r")]
    [InlineData(RunStatus.Suspended, "To let it go on: orchestrator runs continue r")]
    [InlineData(RunStatus.Running, "If no process works on it any more, go on with it: orchestrator resume r")]
    public void Every_state_has_its_command(RunStatus status, string? sentence) => Assert.Equal(sentence, NextCommand.Of("r", status, Default));

    [Theory]
    [InlineData(true, "If no process works on it any more, go on with it: orchestrator resume r")]
    [InlineData(false, "To go on with it: orchestrator resume r")]
    public void Run_that_nobody_can_be_working_on_needs_somebody(bool isWorkedOn, string sentence) =>
        Assert.Equal(sentence, NextCommand.Of("r", RunStatus.Running, Default, isWorkedOn: isWorkedOn));

    [Fact]
    public void Run_that_a_server_works_on_needs_nobody() =>
        Assert.Equal("http://127.0.0.1:7071/api/ works on it.", NextCommand.Of("r", RunStatus.Running, Default, new Uri("http://127.0.0.1:7071/api/")));

    [Theory]
    [InlineData("my runs", "orchestrator resume r --state \"my runs\"")]
    [InlineData("state", "orchestrator resume r --state state")]
    public void Command_names_the_folder_where_the_run_is(string folder, string command) =>
        Assert.EndsWith(command, NextCommand.Of("r", RunStatus.Failed, new StateStorage(StorageKind.Files, folder)), StringComparison.Ordinal);

    [Fact]
    public void Command_names_the_storage_where_the_run_is() => Assert.EndsWith(
        "orchestrator resume r --storage azure", NextCommand.Of("r", RunStatus.Failed, new StateStorage(StorageKind.Azure, ".orchestrator")), StringComparison.Ordinal);
}
