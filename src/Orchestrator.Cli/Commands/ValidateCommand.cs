using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities;
using Orchestrator.Activities.Mocks;
using Orchestrator.Activities.Tools;
using Orchestrator.Cli.Inputs;
using Orchestrator.Cli.Output;
using Orchestrator.Functions;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
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
        var mocks = new Option<string?>("--mocks") { Description = "A mocks file to check against the definition.", HelpName = "FILE" };
        var mocksElse = CommonOptions.MocksElse();
        var json = CommonOptions.Json();
        var command = new Command("validate", "Check a definition and show everything that is wrong with it.") { file, mocks, mocksElse, json };
        command.SetAction(async (parsed, _) =>
        {
            var path = parsed.GetRequiredValue(file);
            var text = TextFile.ReadBytes(path, "The definition");
            var result = WorkflowReader.Read(text, BuiltInTools());
            var script = MockFile.Read(parsed.GetValue(mocks), parsed.GetValue(mocksElse));
            var mockProblems = script is null || result.Workflow is null ? [] : MockProblems(script, result.Workflow.Definition);
            var valid = result.Workflow is not null && mockProblems.Count == 0;
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                var document = new { valid, diagnostics = result.Diagnostics.Concat(mockProblems) };
                await output.WriteLineAsync(JsonSerializer.Serialize(document, WorkflowJson.IndentedDocument));
            }
            else
            {
                var mistakes = mockProblems.Select(finding => $"{parsed.GetValue(mocks)}: {DiagnosticLine.Of(finding)}");
                foreach (var line in mistakes.Concat(DefinitionReport.Lines(path, text, result.Diagnostics, result.Workflow?.Graph.Count)).Concat(Facts(path, result.Workflow)))
                {
                    await output.WriteLineAsync(line);
                }
            }

            return valid ? ExitCodes.Completed : ExitCodes.WrongUsage;
        });
        return command;
    }

    /// <summary>Mocks that name no step, and steps that need a mock and have none; pointers are of the mocks file.</summary>
    private static List<Diagnostic> MockProblems(MockScript script, WorkflowDefinition definition) =>
    [
        .. script.ValidateAgainst(definition.Steps.Select(step => step.Id)),
        .. script.Uncovered(definition.Steps.Select(step => (step.Id, step.Type, step.Tool))) is { } uncovered ? [uncovered] : Array.Empty<Diagnostic>(),
    ];

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
