using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.State;

namespace Orchestrator.Cli.Tests.Hosting;

public sealed class PlainLogTests
{
    private readonly StringWriter _output = new();

    [Fact]
    public void Warnings_and_worse_are_a_line_each_with_their_reason_and_without_a_stack_trace()
    {
        using var log = new PlainLog(_output, new StateStorage(StorageKind.Files, "kept"));

        log.LogInformation("Nobody asked.");
        log.LogWarning("The step '{Step}' waits.", "a");
        log.LogCritical(Thrown(), "The instance '{Instance}' stands still.", "r1");
        log.LogError(Thrown(), "It failed: {Problem}", "The disk\nis full.");
        log.LogWarning("The disk is full: 'orchestrator runs prune' frees some.");

        Assert.Equal(
            """
            Warning: The step 'a' waits.
            Error: The instance 'r1' stands still. The disk is full.
            Error: It failed: The disk is full.
            Warning: The disk is full: 'orchestrator runs prune --state kept' frees some.

            """.ReplaceLineEndings(Environment.NewLine),
            _output.ToString());
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("The disk\nis full.");
        }
        catch (InvalidOperationException exception)
        {
            return exception;
        }
    }
}
