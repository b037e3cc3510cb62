using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tools;
using Orchestrator.Storage;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Activities.Catalog.Workflows;

/// <summary>Stores workflows by app and slug: the newest text of each as it was written, and the hashes of all earlier ones. Thread-safe.</summary>
public sealed class WorkflowStore(IContentStore store, DefinitionStore texts, ToolSet tools, TimeProvider time)
{
    private const string Kind = "workflow";

    private readonly NamedRecordStore<StoredWorkflow> _records = new(
        store, StoreFolders.Workflows, file: null, Kind, record => record.Id,
        (slug, app, problem) => new StoredWorkflow { Slug = slug, App = app, Hash = "", Versions = [], Unreadable = problem });

    /// <summary>Stores a definition as the newest version. Storing the text that is the newest already changes nothing.</summary>
    /// <param name="slug">The slug; null for the one in the definition.</param>
    /// <param name="app">The app; null for the one in the definition, if it has one.</param>
    /// <param name="definition">JSON or YAML in UTF-8, at most <see cref="DefinitionLimits.MaxBytes"/>.</param>
    /// <exception cref="StoreRefusedException">
    /// The definition has errors, slug or app contradict it or are not valid, or the condition does not hold.
    /// </exception>
    public async Task<WorkflowPutResult> PutAsync(
        string? slug, string? app, ReadOnlyMemory<byte> definition, WriteCondition condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var read = WorkflowReader.Read(definition.Span, tools.KnownWithInputs);
        if (read.Workflow is null)
        {
            throw new StoreRefusedException(StoreRefusal.Invalid, Kind, string.Join(" ", read.Diagnostics.Select(diagnostic => diagnostic.Message)))
            {
                Diagnostics = read.Diagnostics,
            };
        }

        var written = read.Workflow.Definition;
        var name = ChooseSlug(slug, written);
        var owner = ChooseApp(app, written);
        var hash = Convert.ToHexStringLower(SHA256.HashData(definition.Span));
        await texts.PutAsync(hash, definition, cancellationToken);
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
        return new WorkflowPutResult(stored, created, read.Diagnostics);
    }

    /// <summary>The workflow with this slug or, if there is none, with this id.</summary>
    /// <param name="app">Of this app only; null for any.</param>
    /// <exception cref="StoreRefusedException">There is none (the message suggests a similar name), or several apps have one.</exception>
    /// <exception cref="UnreadableRecordException">The record cannot be read.</exception>
    public Task<Stored<StoredWorkflow>> RequireAsync(string name, string? app, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _records.RequireAsync(name, app, cancellationToken);
    }

    /// <summary>The newest text as it was written, in UTF-8.</summary>
    /// <exception cref="UnreadableRecordException">The text is missing.</exception>
    public async Task<ReadOnlyMemory<byte>> ReadTextAsync(StoredWorkflow workflow, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workflow);
        return await texts.GetAsync(workflow.Hash, cancellationToken) ?? throw UnreadableRecordException.Missing(
            RunKeys.Definition(workflow.Hash), $"The text of the stored workflow '{workflow.Slug}'", "Store it again.");
    }

    /// <summary>All workflows, by app and slug.</summary>
    /// <param name="app">Of this app only; null for all.</param>
    /// <exception cref="StoreRefusedException">The name is not allowed for an app.</exception>
    public IAsyncEnumerable<Stored<StoredWorkflow>> ListAsync(string? app, CancellationToken cancellationToken) =>
        _records.ListAsync(app, cancellationToken);

    /// <summary>Deletes the workflow with this slug or id. Its texts stay, because runs may need them.</summary>
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

    private static string ChooseSlug(string? requested, WorkflowDefinition written)
    {
        if (requested is not null && written.Slug is not null && requested != written.Slug)
        {
            throw Invalid(
                $"The slug of the definition is '{written.Slug}', and it was to be stored as '{requested}'. "
                + "Make them the same, or leave it out of the definition.");
        }

        var slug = requested ?? written.Slug ?? throw Invalid("The definition has no slug. Add one, or name it when you store it.");
        return NameRules.Slug.IsMatch(slug)
            ? slug
            : throw Invalid($"The slug '{slug}' may have only a-z, 0-9 and -, 1 to 128 in all, and be {NameRules.NoDevice}.");
    }

    private static string? ChooseApp(string? requested, WorkflowDefinition written)
    {
        if (requested is not null && written.AppName is not null && requested != written.AppName)
        {
            throw Invalid(
                $"The appName of the definition is '{written.AppName}', and it was to be stored for the app '{requested}'. "
                + "Make them the same, or leave it out of the definition.");
        }

        var app = requested ?? written.AppName;
        CatalogNames.CheckApp(Kind, app);
        return app;
    }
}

/// <summary>The result of storing a workflow.</summary>
/// <param name="Stored">The record after the write.</param>
/// <param name="Created">Whether there was no workflow of that name before.</param>
/// <param name="Warnings">The warnings about the definition.</param>
public sealed record WorkflowPutResult(Stored<StoredWorkflow> Stored, bool Created, IReadOnlyList<Diagnostic> Warnings);

/// <summary>The record of a stored workflow; its texts are stored by hash. Immutable.</summary>
public sealed record StoredWorkflow : NamedRecord
{
    /// <summary>The <c>id</c> of the definition; null when it has none.</summary>
    public string? Id { get; init; }

    /// <summary>The <c>name</c> of the definition; null when it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The SHA-256 of the newest text, as 64 lower-case hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>Every text that was stored under this slug, the newest first.</summary>
    public required IReadOnlyList<StoredWorkflowVersion> Versions { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string? Flaw => Slug is null || Hash is null || Versions is null ? "a member of it is null" : null;
}

/// <summary>One version of a stored workflow.</summary>
/// <param name="Hash">The SHA-256 of its text, as 64 lower-case hexadecimal digits.</param>
/// <param name="At">When it was stored, in UTC.</param>
public sealed record StoredWorkflowVersion(string Hash, DateTimeOffset At);
