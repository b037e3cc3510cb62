using System.Text.Json.Nodes;
using Orchestrator.Activities.Catalog;
using Orchestrator.Activities.Errors;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.State;
using Orchestrator.Functions.Application;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Settings;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.Output;

/// <summary>Reports the exception that ended a command: a user's mistake as sentences, a fault of the program as the name of a log file.</summary>
internal static class FailureReport
{
    /// <summary>Writes the report.</summary>
    /// <param name="where">The storage of the command; null when it has none.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> WriteAsync(Exception exception, StateStorage? where, TextWriter error)
    {
        if (Sentences(exception) is not { } lines)
        {
            await error.WriteLineAsync($"Something went wrong inside orchestrator: {exception.Message}");
            await error.WriteLineAsync($"The details are in {WriteLog(exception)}.");
            return ExitCodes.Internal;
        }

        foreach (var line in lines)
        {
            await error.WriteLineAsync(NextCommand.Complete(line, where));
        }

        return ExitCodes.WrongUsage;
    }

    /// <summary>What the user can correct; null for a fault of the program.</summary>
    private static IReadOnlyList<string>? Sentences(Exception exception) => exception switch
    {
        UsageException usage => usage.Lines,
        DefinitionRefusedException refusal => [.. refusal.Diagnostics.Select(DefinitionReport.Line)],
        RunRefusedException refusal => [.. refusal.Reasons.Select(WithInputExample)],
        RunNotFoundException missing => [$"{missing.Message} 'orchestrator runs list' shows those that there are; --state names another folder."],
        RunExistsException or RunGoneException or RunStateException or WorkflowErrorException or StoreRefusedException or ContentStoreException
            or UnreadableRecordException or JournalException or HostSettingsException => [exception.Message],
        _ => null,
    };

    /// <summary>Writes the exception with its stack trace to a new file.</summary>
    /// <returns>The path of the file.</returns>
    private static string WriteLog(Exception exception)
    {
        var path = Path.Combine(Path.GetTempPath(), $"orchestrator-{Environment.ProcessId}-{Guid.NewGuid():N}.log");
        File.WriteAllText(path, exception.ToString());
        return path;
    }

    /// <summary>The message, and for an input of the wrong type an example of <c>-i</c>.</summary>
    private static string WithInputExample(WorkflowError error) =>
        error.Details is { } details && Text(details, "input") is { } name && InputExample(name, Text(details, "type")) is { } example
            ? $"{error.Message} In a shell write {example}, or give it in the file of --inputs."
            : error.Message;

    private static string? InputExample(string name, string? type) => type switch
    {
        "string" => $"""-i '{name}="123"' (quotes around what looks like another type)""",
        "number" => $"-i {name}=1.5",
        "integer" => $"-i {name}=3",
        "boolean" => $"-i {name}=true or -i {name}=false",
        "array" => $"""-i '{name}=["a", "b"]'""",
        "object" => $$"""-i '{{name}}={"key": "value"}'""",
        _ => null,
    };

    private static string? Text(JsonObject details, string name) => details[name]?.GetValue<string>();
}
