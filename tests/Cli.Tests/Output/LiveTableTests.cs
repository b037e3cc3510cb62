using System.Text;
using Orchestrator.Activities.Feed;
using Orchestrator.Cli.Output;
using Orchestrator.Workflows.Planning;
using Spectre.Console;

namespace Orchestrator.Cli.Tests.Output;

/// <summary>The table that is redrawn while a run goes on.</summary>
public class LiveTableTests
{
    [Fact]
    public async Task Terminal_that_is_closed_while_the_table_is_drawn_fails_no_run()
    {
        using var terminal = new ClosingTerminal();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(terminal),
        });
        var run = new PreparedRun
        {
            RunId = "r",
            RunAttempt = 1,
            Plan = new RunPlan { RunId = "r", Steps = [new GraphStep("a")] },
            Inputs = [],
            Prompts = new Dictionary<string, PreparedPrompt>(),
            Steps = [new PreparedStep { Id = "a", OutputKey = "a", TimeoutMs = 1 }],
        };
        var table = new LiveTable(console, run, RunProjection.Of(run));

        await terminal.Refused.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await table.DisposeAsync();
    }

    /// <summary>A terminal that is closed after the first characters.</summary>
    private sealed class ClosingTerminal : TextWriter
    {
        private int _left = 40;

        public TaskCompletionSource Refused { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Encoding Encoding => Encoding.UTF8;

        public override void Write(char value)
        {
            if (_left-- <= 0)
            {
                Refused.TrySetResult();
                throw new IOException("Input/output error");
            }
        }
    }
}
