using System.Globalization;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Warns of models that a definition names and that have a shutdown date.</summary>
internal static class ModelLints
{
    public static void Report(WorkflowDefinition definition, CompilerFindings findings)
    {
        Check(definition.Options.DefaultModel, "/options/defaultModel", -1);
        for (var position = 0; position < definition.Steps.Count; position++)
        {
            var (options, pointer) = (definition.Steps[position].Options, $"{WorkflowCompiler.Pointer(position)}/options");
            Check(options.Model, $"{pointer}/model", position);
            for (var index = 0; index < options.Models?.Count; index++)
            {
                Check(options.Models[index], string.Create(CultureInfo.InvariantCulture, $"{pointer}/models/{index}"), position);
            }
        }

        void Check(string? model, string pointer, int step)
        {
            if (model is not null && ModelShutdowns.Warning(model) is { } warning)
            {
                findings.Warning(DiagnosticCodes.ModelShutdown, pointer, warning, null, step);
            }
        }
    }
}
