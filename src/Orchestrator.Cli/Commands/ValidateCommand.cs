using System.CommandLine;
using System.Text;
using System.Text.Json;
using Orchestrator.Cli.Inputs;
using Orchestrator.Cli.Output;
using Orchestrator.Workflows.Reading;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator validate</c>: all findings in a definition, without running anything.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The workflow definition." };
        var json = CommonOptions.Json();
        var command = new Command("validate", "Check a definition and show everything that is wrong with it.") { file, json };
        command.SetAction(async (parsed, _) =>
        {
            var path = parsed.GetRequiredValue(file);
            var text = TextFile.ReadBytes(path, "The definition");
            var result = WorkflowReader.Read(text);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                var document = new { valid = result.Workflow is not null, diagnostics = result.Diagnostics };
                await output.WriteLineAsync(JsonSerializer.Serialize(document, WorkflowJson.IndentedDocument));
            }
            else
            {
                await PrintAsync(output, path, Encoding.UTF8.GetString(text), result);
            }

            return result.Workflow is null ? ExitCodes.WrongUsage : ExitCodes.Completed;
        });
        return command;
    }

    private static async Task PrintAsync(TextWriter output, string path, string text, ReadResult result)
    {
        var lines = text.Split('\n');
        foreach (var finding in result.Diagnostics)
        {
            await output.WriteLineAsync($"{path}: {DiagnosticLine.Of(finding)}");
            foreach (var line in SourceExcerpt.Of(lines, finding.Line, finding.Column))
            {
                await output.WriteLineAsync(line);
            }
        }

        await output.WriteLineAsync(result.Workflow is { } workflow
            ? $"{path}: {workflow.Graph.Count} steps, nothing wrong."
            : $"{path}: {result.Diagnostics.Count} {(result.Diagnostics.Count == 1 ? "mistake" : "mistakes")}.");
    }
}
