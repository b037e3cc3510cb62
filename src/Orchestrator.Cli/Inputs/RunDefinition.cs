using Orchestrator.Activities.Catalog;
using Orchestrator.Cli.State;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Cli.Inputs;

/// <summary>The definition that <c>run</c> was given: a file or a stored workflow. Immutable.</summary>
/// <param name="Text">The definition, in UTF-8.</param>
/// <param name="Slug">The slug of a definition that has none itself.</param>
internal sealed record RunDefinition(ReadOnlyMemory<byte> Text, string Slug)
{
    /// <summary>The path of the file; null for a stored workflow.</summary>
    public string? File { get; private init; }

    /// <summary>The app of a stored workflow; null for none.</summary>
    public string? App { get; private init; }

    /// <summary>Reads the file of this name, or, when there is none and the name is no path, the stored workflow.</summary>
    /// <param name="app">The app of a stored workflow; null for any.</param>
    /// <param name="storage">The storage of stored workflows; memory has none.</param>
    /// <exception cref="UsageException">There is neither a file nor a stored workflow of that name, or it cannot be read.</exception>
    /// <exception cref="StoreRefusedException">Several apps have a workflow of that name.</exception>
    public static async Task<RunDefinition> ReadAsync(string name, string? app, StateStorage storage, CancellationToken cancellationToken)
    {
        var isPath = Path.HasExtension(name) || Path.GetFileName(name) != name || Path.Exists(name);
        if (storage.Kind == StorageKind.Memory || name.Length == 0 || (isPath && app is null))
        {
            return new RunDefinition(InputFile.ReadDefinition(name), SlugOf(name)) { File = name };
        }

        if (storage.Kind == StorageKind.Files && !Directory.Exists(storage.Folder))
        {
            throw new UsageException($"There is no file '{name}', and no state folder '{storage.Folder}' with stored workflows.");
        }

        using var stores = StateStores.Open(storage);
        try
        {
            var found = (await stores.Workflows.RequireAsync(name, app, cancellationToken)).Record;
            return new RunDefinition(await stores.Workflows.ReadTextAsync(found, cancellationToken), found.Slug) { App = found.App };
        }
        catch (StoreRefusedException refusal) when (refusal.Reason == StoreRefusal.NotFound && app is null)
        {
            throw new UsageException($"There is no file '{name}'. {refusal.Message}");
        }
    }

    /// <summary>The slug made from the name of a definition's file; <c>workflow</c> when the name cannot be made one.</summary>
    public static string SlugOf(string path)
    {
        var letters = Path.GetFileNameWithoutExtension(path).ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-');
        var slug = string.Concat(letters).Trim('-');
        return NameRules.Slug.IsMatch(slug) ? slug : "workflow";
    }
}
