using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Compilation;

/// <summary>Refuses ids, and output keys, that differ only in letter case, since they would name one file on Windows and macOS.</summary>
internal sealed class CaseChecks(WorkflowDefinition definition, CompilerFindings findings)
{
    public void Report()
    {
        var ids = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var keys = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var position = 0; position < definition.Steps.Count; position++)
        {
            var step = definition.Steps[position];
            if (step.Id.Length > 0 && !ids.TryAdd(step.Id, position) && definition.Steps[ids[step.Id]].Id is var id && id != step.Id)
            {
                Error(position, "/id", $"The step ids '{id}' and '{step.Id}' differ only in letter case.");
            }
            else if (step.EffectiveOutputKey is { Length: > 0 } key && !keys.TryAdd(key, position)
                && definition.Steps[keys[key]].EffectiveOutputKey is var other && other != key)
            {
                Error(position, step.OutputKey is null ? "/id" : "/outputKey", $"The output keys '{other}' and '{key}' differ only in letter case.");
            }
        }
    }

    private void Error(int position, string member, string message) =>
        findings.Error(DiagnosticCodes.DiffersOnlyInCase, WorkflowCompiler.Pointer(position) + member, message, NameRules.RenameOne, position);
}
