using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities;
using Orchestrator.Activities.Tools;
using Orchestrator.Cli.Inputs;
using Orchestrator.Cli.Output;
using Orchestrator.Functions.Application;
using Orchestrator.Workflows.Compilation;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Cli.Commands;

/// <summary><c>orchestrator validate</c>: checks a definition, and mocks for it, without running anything.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "The workflow definition." };
        var mocks = new Option<string?>("--mocks") { Description = "A mocks file to check against the definition.", HelpName = "FILE" };
        var mocksElse = CommonOptions.MocksElse();
        var json = CommonOptions.Json();
        var command = new Command("validate", "Check a definition and show everything that is wrong with it.") { file, mocks, mocksElse, json };
        command.SetAction(async (parsed, _) =>
        {
            var path = parsed.GetRequiredValue(file);
            var text = InputFile.ReadDefinition(path);
            var result = WorkflowReader.Read(text, BuiltInTools());
            var script = InputFile.ReadMocks(parsed.GetValue(mocks), parsed.GetValue(mocksElse));
            var mockErrors = script is null || result.Workflow is null ? [] : CheckMocks(script, result.Workflow.Definition);
            var valid = result.Workflow is not null && mockErrors.Count == 0;
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                var document = new { valid, diagnostics = result.Diagnostics.Concat(mockErrors) };
                await output.WriteLineAsync(JsonSerializer.Serialize(document, WorkflowJson.IndentedDocument));
            }
            else
            {
                IEnumerable<string> lines =
                [
                    .. mockErrors.Select(error => $"{parsed.GetValue(mocks)}: {DefinitionReport.Line(error)}"),
                    .. DefinitionReport.Lines(path, text, result.Diagnostics, result.Workflow?.Graph.Count),
                    .. UndeclaredInputs(path, result.Workflow),
                ];
                foreach (var line in lines)
                {
                    await output.WriteLineAsync(line);
                }
            }

            return valid ? ExitCodes.Completed : ExitCodes.WrongUsage;
        });
        return command;
    }

    /// <summary>Reports mocks that name no step, and steps that need a mock and have none. Pointers refer to the mocks file.</summary>
    private static List<Diagnostic> CheckMocks(MockScript script, WorkflowDefinition definition) =>
    [
        .. script.ValidateAgainst(definition.Steps.Select(step => step.Id)),
        .. script.Uncovered(definition.Steps.Select(step => (step.Id, step.Type, step.Tool))) is { } uncovered ? (Diagnostic[])[uncovered] : [],
    ];

    private static IReadOnlyList<KnownTool> BuiltInTools()
    {
        using var services = new ServiceCollection()
            .AddOrchestratorActivities(new OrchestratorOptions().DefaultModel, claims: null)
            .BuildServiceProvider();
        return services.GetRequiredService<ToolSet>().KnownWithInputs;
    }

    private static IEnumerable<string> UndeclaredInputs(string path, CompiledWorkflow? workflow)
    {
        if (workflow?.UndeclaredInputs is { Count: > 0 } inputs)
        {
            yield return $"{path}: no inputs are declared; these names are taken for inputs: {string.Join(", ", inputs)}.";
        }
    }
}
