using Orchestrator.Activities.Stores.Named;
using Orchestrator.Cli.Hosting;

namespace Orchestrator.Cli.Inputs;

/// <summary>The definition that <c>run</c> was asked for: a file, or a stored workflow.</summary>
/// <param name="Text">The text of the definition.</param>
/// <param name="Slug">The workflow's name where the definition has no slug.</param>
internal sealed record RunDefinition(ReadOnlyMemory<byte> Text, string Slug)
{
    /// <summary>Its path; null when it is stored.</summary>
    public string? File { get; private init; }

    /// <summary>The app that it is stored for; null for none.</summary>
    public string? App { get; private init; }

    /// <summary>Reads the file of this name; where there is none, and the name is no path, the stored workflow.</summary>
    /// <param name="app">The app of a stored workflow; null for any.</param>
    /// <param name="storage">Where stored workflows are; memory has none.</param>
    /// <exception cref="UsageException">There is neither, or it cannot be read.</exception>
    /// <exception cref="StoreRefusedException">Several apps have a workflow of that name.</exception>
    public static async Task<RunDefinition> ReadAsync(string name, string? app, StateStorage storage, CancellationToken cancellationToken)
    {
        var isPath = Path.HasExtension(name) || Path.GetFileName(name) != name || Path.Exists(name);
        if (storage.Kind == StorageKind.Memory || name.Length == 0 || (isPath && app is null))
        {
            return new RunDefinition(TextFile.ReadBytes(name, "The definition"), FileSlug.Of(name)) { File = name };
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
}
