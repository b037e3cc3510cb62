using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Tests;

public class ExitCodesTests
{
    [Theory]
    [InlineData(RunStatus.Completed, 0)]
    [InlineData(RunStatus.Failed, 1)]
    [InlineData(RunStatus.Cancelled, 3)]
    [InlineData(RunStatus.TimedOut, 3)]
    public void Final_status_has_the_exit_code_of_the_contract(RunStatus status, int expected) => Assert.Equal(expected, ExitCodes.Of(status));

    [Fact]
    public void Run_that_a_wrong_key_failed_is_wrong_usage() =>
        Assert.Equal(ExitCodes.WrongUsage, ExitCodes.Of(RunStatus.Failed, new WorkflowError(ErrorKind.Authentication, "The key is wrong.")));
}
