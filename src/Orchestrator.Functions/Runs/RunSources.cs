using Orchestrator.Activities.Prompts;
using Orchestrator.Activities.Tools;
using Orchestrator.Workflows.Reading;

namespace Orchestrator.Functions.Runs;

/// <summary>Reads the definitions of runs, and says where their prompts are looked for. Thread-safe.</summary>
/// <param name="prompts">The host's own prompts.</param>
/// <param name="stored">Where prompts are looked for last.</param>
public sealed class RunSources(ToolSet tools, IEnumerable<IPromptSource> prompts, PromptStore stored)
{
    /// <summary>The definition with its findings, none of which is an error.</summary>
    /// <exception cref="DefinitionRefusedException">The definition has errors.</exception>
    public ReadResult Read(ReadOnlyMemory<byte> definition)
    {
        var read = WorkflowReader.Read(definition.Span, tools.Known);
        return read.Workflow is null ? throw new DefinitionRefusedException(read.Diagnostics) : read;
    }

    /// <summary>The places, in order: beside the definition's file, the host's own, the store.</summary>
    /// <param name="file">The definition's file; null when it is none.</param>
    public IReadOnlyCollection<IPromptSource> Prompts(string? file, string? app, string environment) =>
        [.. file is null ? [] : PromptFolder.Beside(file, environment), .. prompts, stored.SourceFor(app, environment)];
}
