using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Tools;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

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

    /// <summary>
    /// What the user should know of an environment that no prompt has a version for while others have: the run takes the prompts of no environment then.
    /// </summary>
    /// <param name="file">The definition's file; null when it is none.</param>
    /// <returns>A warning that says which environments there are; null when there is nothing to say.</returns>
    /// <exception cref="RunRefusedException">The name is nearly that of another environment, so it is probably misspelt.</exception>
    public async Task<string?> CheckEnvironmentAsync(WorkflowDefinition definition, string? file, string? app, string environment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (environment == PromptFolder.DefaultEnvironment || definition.Steps.All(step => step.PromptId is null))
        {
            return null;
        }

        var known = new SortedSet<string>(file is null ? [] : PromptFolder.EnvironmentsBeside(file), StringComparer.Ordinal);
        await foreach (var prompt in stored.ListAsync(app: null, cancellationToken))
        {
            if (known.Contains(environment))
            {
                return null;
            }

            known.UnionWith(prompt.Record.App is null || prompt.Record.App == app ? prompt.Record.Labels.Keys : []);
        }

        if (known.Count == 0 || known.Contains(environment))
        {
            return null;
        }

        var all = $"There are {string.Join(", ", known)} and {PromptFolder.DefaultEnvironment}.";
        return known.Append(PromptFolder.DefaultEnvironment).FirstOrDefault(name => Suggestion.IsSlip(environment, name)) is { } meant
            ? throw new RunRefusedException([new WorkflowError(ErrorKind.InvalidInput, $"There is no environment '{environment}': no prompt has a version for it. Did you mean '{meant}'? {all}")])
            : $"No prompt has a version for the environment '{environment}', so those of no environment are used. {all}";
    }

    /// <summary>The places, in order: beside the definition's file, the host's own, the store.</summary>
    /// <param name="file">The definition's file; null when it is none.</param>
    public IReadOnlyCollection<IPromptSource> Prompts(string? file, string? app, string environment) =>
        [.. file is null ? [] : PromptFolder.Beside(file, environment), .. prompts, stored.SourceFor(app, environment)];
}
