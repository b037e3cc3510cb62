using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.Tools;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Application;

/// <summary>Reads the definitions of runs, and determines the sources of their prompts. Thread-safe.</summary>
/// <param name="prompts">The host's own prompts.</param>
/// <param name="stored">The last source of prompts.</param>
public sealed class RunSources(ToolSet tools, IEnumerable<IPromptSource> prompts, PromptStore stored)
{
    /// <summary>The compiled definition with its findings, none of which is an error.</summary>
    /// <exception cref="DefinitionRefusedException">The definition has errors.</exception>
    public ReadResult Read(ReadOnlyMemory<byte> definition)
    {
        var read = WorkflowReader.Read(definition.Span, tools.Known);
        return read.Workflow is null ? throw new DefinitionRefusedException(read.Diagnostics) : read;
    }

    /// <summary>
    /// Checks the environment of a run. When no prompt has a version for it and there are versions for others, the run uses the default versions, and
    /// the user gets a warning.
    /// </summary>
    /// <param name="file">The definition's file; null when the definition was not read from one.</param>
    /// <returns>A warning that names the known environments; null for no warning.</returns>
    /// <exception cref="RunRefusedException">The name is similar to that of another environment, so it is probably misspelt.</exception>
    public async Task<string?> CheckEnvironmentAsync(
        WorkflowDefinition definition, string? file, string? app, string environment, CancellationToken cancellationToken)
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
            ? throw new RunRefusedException(
            [
                new WorkflowError(
                    ErrorKind.InvalidInput,
                    $"There is no environment '{environment}': no prompt has a version for it. Did you mean '{meant}'? {all}"),
            ])
            : $"No prompt has a version for the environment '{environment}', so those of no environment are used. {all}";
    }

    /// <summary>The warnings of a run, each once: those of its definition, of its environment and of its preparation.</summary>
    /// <param name="note">The warning of <see cref="CheckEnvironmentAsync"/>; null for none.</param>
    internal static IReadOnlyList<string> Warnings(ReadResult read, string? note, PreparedRun prepared) =>
    [
        .. read.Diagnostics.Select(diagnostic => diagnostic.Message).Concat(note is null ? [] : [note]).Concat(prepared.Warnings)
            .Distinct(StringComparer.Ordinal),
    ];

    /// <summary>The sources of prompts in the order of their use: the folder of the definition's file, the host's own, the store.</summary>
    /// <param name="file">The definition's file; null when the definition was not read from one.</param>
    public IReadOnlyCollection<IPromptSource> Prompts(string? file, string? app, string environment) =>
        [.. file is null ? [] : PromptFolder.Beside(file, environment), .. prompts, stored.SourceFor(app, environment)];
}

/// <summary>A definition has errors. Nothing was written.</summary>
/// <param name="diagnostics">All findings, at least one of them an error.</param>
public sealed class DefinitionRefusedException(IReadOnlyList<Diagnostic> diagnostics)
    : Exception(string.Join(" ", diagnostics.Select(diagnostic => diagnostic.Message)))
{
    /// <summary>All findings, at least one of them an error.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; } = diagnostics;
}
