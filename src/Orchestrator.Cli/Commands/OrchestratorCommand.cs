using System.CommandLine;
using Orchestrator.Activities.Errors;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Stores;
using Orchestrator.Activities.Stores.Named;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Inputs;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Runs;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Settings;

namespace Orchestrator.Cli.Commands;

/// <summary>The command line as a whole.</summary>
internal static class OrchestratorCommand
{
    /// <summary>Runs one command.</summary>
    /// <returns>The exit code (<see cref="ExitCodes"/>).</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
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
            return await ReportAsync(exception, parsed?.FindWhere(), error);
        }
    }

    private static string Description() => string.Join(
        Environment.NewLine, ["Durable, parallel prompt workflows.", "", "Exit codes:", .. ExitCodes.Meanings.Select(one => $"  {one.Code,-5}  {one.Meaning}")]);

    /// <param name="where">The storage that the command was given; null for a command that has none.</param>
    private static async Task<int> ReportAsync(Exception exception, StateStorage? where, TextWriter error)
    {
        var lines = exception switch
        {
            UsageException usage => usage.Lines,
            DefinitionRefusedException refusal => [.. refusal.Diagnostics.Select(DiagnosticLine.Of)],
            RunRefusedException refusal => [.. refusal.Reasons.Select(InputHint.Of)],
            RunNotFoundException missing => [$"{missing.Message} 'orchestrator runs list' shows those that there are; --state names another folder."],
            RunExistsException or RunGoneException or RunStateException or WorkflowErrorException or StoreRefusedException or ContentStoreException or UnreadableRecordException or JournalException or HostSettingsException => [exception.Message],
            _ => null,
        };
        if (lines is not null)
        {
            foreach (var line in lines)
            {
                await error.WriteLineAsync(NextCommand.Complete(line, where));
            }

            return ExitCodes.WrongUsage;
        }

        var log = CrashLog.Write(exception);
        await error.WriteLineAsync($"Something went wrong inside orchestrator: {exception.Message}");
        await error.WriteLineAsync($"The details are in {log}.");
        return ExitCodes.Internal;
    }
}
