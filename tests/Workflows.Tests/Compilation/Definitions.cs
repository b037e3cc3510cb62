using System.Text;
using Orchestrator.Workflows.Compilation;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;

namespace Orchestrator.Workflows.Tests.Compilation;

/// <summary>Definitions in YAML, where the tests are about what they mean.</summary>
internal static class Definitions
{
    public static CompiledWorkflow Compile(string yaml)
    {
        var result = WorkflowReader.Read(Encoding.UTF8.GetBytes(yaml));
        Assert.True(result.Workflow is not null, string.Join('\n', result.Diagnostics));
        return result.Workflow!;
    }

    public static IReadOnlyList<Diagnostic> Findings(string yaml, IReadOnlyCollection<string>? tools = null) =>
        WorkflowReader.Read(Encoding.UTF8.GetBytes(yaml), tools?.Select(tool => new KnownTool(tool, [])).ToList()).Diagnostics;

    public static IEnumerable<string> DependenciesOf(this CompiledWorkflow workflow, string id) =>
        workflow.Graph.Steps.Single(step => step.Id == id).DependsOn.Select(position => workflow.Graph.Steps[position].Id);
}
