using System.CommandLine;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Commands;

/// <summary>The <c>orchestrator</c> command: parses the arguments, runs the subcommand and reports its failure.</summary>
internal static class OrchestratorCommand
{
    /// <summary>Runs a command line.</summary>
    /// <returns>The exit code (<see cref="ExitCodes"/>).</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        if (args is ["run" or "resume" or "serve", ..])
        {
            StartAhead.Begin();
        }

        var root = new RootCommand(Description())
        {
            RunCommand.Create(),
            ResumeCommand.Create(),
            ValidateCommand.Create(),
            RunsCommand.Create(),
            WorkflowsCommand.Create(),
            PromptsCommand.Create(),
            ServeCommand.Create(),
            OpenAiServerCommand.Create(),
        };
        (output, error) = (new ShownText(output), new ShownText(error));
        ParseResult? parsed = null;
        try
        {
            parsed = root.Parse(args);
            if (parsed.Errors.Count > 0)
            {
                foreach (var mistake in UsageMistakes.Of(parsed))
                {
                    await error.WriteLineAsync(mistake);
                }

                await error.WriteLineAsync("'orchestrator --help' lists the commands, 'orchestrator <command> --help' the options of one.");
                return ExitCodes.WrongUsage;
            }

            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (Exception exception)
        {
            return await FailureReport.WriteAsync(exception, parsed?.FindWhere(), error);
        }
    }

    private static string Description()
    {
        var codes = ExitCodes.Meanings.Select(one => $"  {one.Code,-5}  {one.Meaning}");
        return string.Join(Environment.NewLine, ["Durable, parallel prompt workflows.", "", "Exit codes:", .. codes]);
    }
}
