using System.Security.Cryptography;
using Microsoft.Extensions.Caching.Memory;
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
public sealed class RunSources(ToolSet tools, IEnumerable<IPromptSource> prompts, PromptStore stored) : IDisposable
{
    /// <summary>Maximum size in bytes of all texts whose compiled definitions are kept. These take several times as much memory.</summary>
    internal const int MaxKeptBytes = 2 * 1024 * 1024;

    /// <summary>Maximum size in bytes of one such text, so that a few large ones do not displace all others.</summary>
    internal const int MaxTextBytes = MaxKeptBytes / 4;

    /// <summary>A definition that no run was started with for this time is kept no longer.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(10);

    /// <summary>Compiled definitions by the hashes of their texts: the result depends on nothing else but the tools, which never change.</summary>
    private readonly MemoryCache _compiled = new(new MemoryCacheOptions { SizeLimit = MaxKeptBytes });

    /// <summary>The compiled definition with its findings, none of which is an error. Of the texts read last, it is compiled once.</summary>
    /// <exception cref="DefinitionRefusedException">The definition has errors.</exception>
    public ReadResult Read(ReadOnlyMemory<byte> definition)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(definition.Span));
        if (_compiled.TryGetValue<ReadResult>(hash, out var known))
        {
            return known!;
        }

        var read = WorkflowReader.Read(definition.Span, tools.Known);
        if (read.Workflow is null)
        {
            throw new DefinitionRefusedException(read.Diagnostics);
        }

        if (definition.Length <= MaxTextBytes)
        {
            _compiled.Set(hash, read, new MemoryCacheEntryOptions { Size = definition.Length, SlidingExpiration = KeptFor });
        }

        return read;
    }

    /// <summary>Forgets the compiled definitions.</summary>
    public void Dispose() => _compiled.Dispose();

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
