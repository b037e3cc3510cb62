using System.Security.Cryptography;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tools;
using Orchestrator.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Activities.Catalog.Workflows;

/// <summary>Workflows by app and slug, or id: the newest text of each as it was written, and the hashes of all earlier ones. Thread-safe.</summary>
public sealed class WorkflowStore(IContentStore store, RunStore texts, ToolSet tools, TimeProvider time)
{
    private const string Kind = "workflow";

    private readonly NamedRecords<StoredWorkflow> _records = new(
        store, StoreFolders.Workflows, file: null, Kind, record => record.Id,
        (slug, app, problem) => new StoredWorkflow { Slug = slug, App = app, Hash = "", Versions = [], Unreadable = problem });

    /// <summary>Stores a definition; the text that is stored already changes nothing.</summary>
    /// <param name="slug">The name; null for the definition's own slug.</param>
    /// <param name="app">The app; null for the definition's own, if it has one.</param>
    /// <param name="definition">JSON or YAML, at most <see cref="DefinitionLimits.MaxBytes"/>.</param>
    /// <exception cref="StoreRefusedException">The definition has errors, the names do not fit it, or the condition does not hold.</exception>
    public async Task<WorkflowPut> PutAsync(
        string? slug, string? app, ReadOnlyMemory<byte> definition, WriteCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var read = WorkflowReader.Read(definition.Span, tools.Known);
        if (read.Workflow is null)
        {
            throw new StoreRefusedException(StoreRefusal.Invalid, Kind, string.Join(" ", read.Diagnostics.Select(diagnostic => diagnostic.Message)))
            {
                Diagnostics = read.Diagnostics,
            };
        }

        var written = read.Workflow.Definition;
        var name = Slug(slug, written);
        var owner = App(app, written);
        var hash = Convert.ToHexStringLower(SHA256.HashData(definition.Span));
        await texts.PutDefinitionAsync(hash, definition, cancellationToken);
        var created = false;
        var stored = await _records.ChangeAsync(
            owner, name, condition,
            present =>
            {
                created = present is null or { Deleted: true };
                var now = time.GetUtcNow();
                return !created && present!.Hash == hash
                    ? present
                    : new StoredWorkflow
                    {
                        Slug = name,
                        App = owner,
                        Id = written.Id,
                        Name = written.Name,
                        Hash = hash,
                        UpdatedAt = now,
                        Versions = [new StoredWorkflowVersion(hash, now), .. present?.Versions ?? []],
                    };
            },
            cancellationToken);
        return new WorkflowPut(stored, created, read.Diagnostics);
    }

    /// <summary>The workflow with this slug or, where none has that slug, with this id.</summary>
    /// <param name="app">Of this app only; null for any.</param>
    /// <exception cref="StoreRefusedException">There is none (the message says what is near), or several apps have one.</exception>
    public Task<Stored<StoredWorkflow>> RequireAsync(string name, string? app, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _records.RequireAsync(name, app, cancellationToken);
    }

    /// <summary>The text as it was written.</summary>
    /// <exception cref="UnreadableRecordException">It is not there.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadTextAsync(StoredWorkflow workflow, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        return await texts.GetDefinitionAsync(workflow.Hash, cancellationToken) ?? throw UnreadableRecordException.Missing(
            RunKeys.Definition(workflow.Hash), $"The text of the stored workflow '{workflow.Slug}'", "Store it again.");
    }

    /// <summary>All workflows, by app and slug.</summary>
    /// <param name="app">Of this app only; null for all.</param>
    /// <exception cref="StoreRefusedException">The app cannot be one.</exception>
    public IAsyncEnumerable<Stored<StoredWorkflow>> ListAsync(string? app, CancellationToken cancellationToken) => _records.ListAsync(app, cancellationToken);

    /// <summary>Deletes the workflow with this slug or id. Texts stay, since runs may need them.</summary>
    /// <param name="app">Of this app only; null for any.</param>
    /// <exception cref="StoreRefusedException">There is none, several apps have one, or the condition does not hold.</exception>
    public async Task DeleteAsync(string name, string? app, WriteCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var found = (await _records.FindAsync(name, app, cancellationToken)).Record;
        await _records.ChangeAsync(
            found.App, found.Slug, condition, present => present! with { Deleted = true, UpdatedAt = time.GetUtcNow() }, cancellationToken);
    }

    private static StoreRefusedException Invalid(string message) => new(StoreRefusal.Invalid, Kind, message);

    private static string Slug(string? asked, WorkflowDefinition written)
    {
        if (asked is not null && written.Slug is not null && asked != written.Slug)
        {
            throw Invalid($"The slug of the definition is '{written.Slug}', and it was to be stored as '{asked}'. Make them the same, or leave it out of the definition.");
        }

        var slug = asked ?? written.Slug ?? throw Invalid("The definition has no slug. Add one, or name it when you store it.");
        return NameRules.Slug.IsMatch(slug) ? slug : throw Invalid($"The slug '{slug}' may have only a-z, 0-9 and -, 1 to 128 in all, and be {NameRules.NoDevice}.");
    }

    private static string? App(string? asked, WorkflowDefinition written)
    {
        if (asked is not null && written.AppName is not null && asked != written.AppName)
        {
            throw Invalid($"The appName of the definition is '{written.AppName}', and it was to be stored for the app '{asked}'. Make them the same, or leave it out of the definition.");
        }

        var app = asked ?? written.AppName;
        StoredNames.CheckApp(Kind, app);
        return app;
    }
}
