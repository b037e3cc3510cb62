using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;
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
    [InlineData(RunStatus.Running, "To go on with it: orchestrator resume r")]
    public void Every_state_has_its_command(RunStatus status, string? sentence) => Assert.Equal(sentence, NextCommand.Of("r", status, null, Default));

    [Fact]
    public void Run_of_an_account_may_be_worked_on_by_a_process_that_cannot_be_seen() => Assert.Equal(
        "If no process works on it any more, go on with it: orchestrator resume r --storage azure",
        NextCommand.Of("r", RunStatus.Running, null, new StateStorage(StorageKind.Azure, ".orchestrator")));

    [Fact]
    public void Run_that_a_process_drives_names_that_process() =>
        Assert.Equal("The process 12 on host 'a' works on it.", NextCommand.Of("r", RunStatus.Running, null, Default, "process 12 on host 'a'"));

    [Theory]
    [InlineData(RunStatus.Failed, null, "Its history is gone. To go on from what is done, in a new run: orchestrator resume r --fork")]
    [InlineData(
        RunStatus.Failed, ErrorKind.BudgetExceeded,
        "Its history is gone. To go on from what is done in a new run, with a larger budget: orchestrator resume r --fork --budget USD "
        + "(or tokens=N)")]
    [InlineData(RunStatus.Running, null, "Its history is gone. To go on from what is done, in a new run: orchestrator resume r --fork")]
    [InlineData(RunStatus.Completed, null, null)]
    public void Run_whose_history_is_gone_goes_on_in_a_new_run(RunStatus status, ErrorKind? kind, string? sentence) => Assert.Equal(
        sentence, NextCommand.Of("r", status, kind is { } known ? new WorkflowError(known, "x") : null, Default, historyProblem: "is gone"));

    [Theory]
    [InlineData("my runs", "orchestrator resume r --state \"my runs\"")]
    [InlineData("state", "orchestrator resume r --state state")]
    public void Command_names_the_folder_where_the_run_is(string folder, string command) =>
        Assert.EndsWith(command, NextCommand.Of("r", RunStatus.Failed, null, new StateStorage(StorageKind.Files, folder)), StringComparison.Ordinal);

    [Fact]
    public void Command_names_the_storage_where_the_run_is() => Assert.EndsWith(
        "orchestrator resume r --storage azure", NextCommand.Of("r", RunStatus.Failed, null, new StateStorage(StorageKind.Azure, ".orchestrator")),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(
        "'orchestrator resume r' goes on, 'orchestrator runs cancel r' ends it.",
        "'orchestrator resume r --state kept' goes on, 'orchestrator runs cancel r --state kept' ends it.")]
    [InlineData("It's so: 'orchestrator run' makes it.", "It's so: 'orchestrator run --state kept' makes it.")]
    [InlineData("('orchestrator runs delete r --force --state kept')", "('orchestrator runs delete r --force --state kept')")]
    [InlineData("'orchestrator --help' lists the commands.", "'orchestrator --help' lists the commands.")]
    [InlineData("Run orchestrator yourself.", "Run orchestrator yourself.")]
    public void Commands_in_quotes_are_completed_once(string text, string complete)
    {
        Assert.Equal(complete, NextCommand.Complete(text, new StateStorage(StorageKind.Files, "kept")));
        Assert.Equal(complete, NextCommand.Complete(complete, new StateStorage(StorageKind.Files, "kept")));
    }

    [Fact]
    public void Commands_in_quotes_are_left_as_they_are_where_the_default_is_meant_or_nothing_is_kept()
    {
        const string Text = "'orchestrator resume r' goes on.";

        Assert.Equal(Text, NextCommand.Complete(Text, Default));
        Assert.Equal(Text, NextCommand.Complete(Text, null));
        Assert.Equal(Text, NextCommand.Complete(Text, new StateStorage(StorageKind.Memory, "kept")));
        Assert.Equal("'orchestrator resume r --storage azure' goes on.", NextCommand.Complete(Text, new StateStorage(StorageKind.Azure, "kept")));
    }
}
