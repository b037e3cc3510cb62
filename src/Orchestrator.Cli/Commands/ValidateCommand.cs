using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities;
using Orchestrator.Activities.Tools;
using Orchestrator.Cli.Inputs;
using Orchestrator.Cli.Output;
using Orchestrator.Functions;
using Orchestrator.Workflows.Graphs;
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
            var result = WorkflowReader.Read(text, BuiltInTools());
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                var document = new { valid = result.Workflow is not null, diagnostics = result.Diagnostics };
                await output.WriteLineAsync(JsonSerializer.Serialize(document, WorkflowJson.IndentedDocument));
            }
            else
            {
                foreach (var line in DefinitionReport.Lines(path, text, result.Diagnostics, result.Workflow?.Graph.Count).Concat(Facts(path, result.Workflow)))
                {
                    await output.WriteLineAsync(line);
                }
            }

            return result.Workflow is null ? ExitCodes.WrongUsage : ExitCodes.Completed;
        });
        return command;
    }

    private static IReadOnlyList<KnownTool> BuiltInTools()
    {
        using var services = new ServiceCollection().AddOrchestratorActivities(new OrchestratorOptions().DefaultModel, claims: null).BuildServiceProvider();
        return services.GetRequiredService<ToolSet>().Known;
    }

    private static IEnumerable<string> Facts(string path, CompiledWorkflow? workflow)
    {
        if (workflow?.UndeclaredInputs is { Count: > 0 } inputs)
        {
            yield return $"{path}: no inputs are declared; these names are taken for inputs: {string.Join(", ", inputs)}.";
        }
    }
}
