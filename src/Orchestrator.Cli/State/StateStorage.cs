using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.Retention;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Application;
using Orchestrator.Functions.Orchestrations;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Journal.Blobs;
using Orchestrator.Storage;
using Orchestrator.Storage.Blobs;
using Orchestrator.Storage.Files;
using Orchestrator.Storage.Files.WriteAhead;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Cli.State;

/// <summary>The values of <c>--storage</c>.</summary>
internal enum StorageKind
{
    /// <summary>The folder of <c>--state</c>. Several processes may use it; each run has one process that drives it.</summary>
    Files,

    /// <summary>The storage account that AzureWebJobsStorage names. One process at a time runs workflows in it.</summary>
    Azure,

    /// <summary>The memory of the process: nothing is kept.</summary>
    Memory,
}

/// <summary>The storage of runs, workflows and prompts that a command was given. Immutable.</summary>
/// <param name="Kind">What <c>--storage</c> says.</param>
/// <param name="Folder">The state folder of <c>--state</c>; used with <see cref="StorageKind.Files"/> only.</param>
internal sealed record StateStorage(StorageKind Kind, string Folder)
{
    /// <summary>The state folder when none is given.</summary>
    public const string DefaultFolder = ".orchestrator";

    private static readonly TimeProvider Time = TimeProvider.System;

    /// <summary>How long runs wait for a storage account that does not answer.</summary>
    private static readonly TimeSpan OutageTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Which runs are driven by a process.</summary>
    public RunDrivers Drivers => (Kind == StorageKind.Files ? new RunDrivers(run => FindDriver(run) is not null) : RunDrivers.Unknown) with
    {
        FindHistoryProblem = FindHistoryProblem,
    };

    private string Journal => Path.Combine(Folder, "journal");

    /// <summary>The process that drives an attempt of a run, as a phrase ("process 12 on host 'a'").</summary>
    /// <returns>Null when no process drives it, and when that is unknown, as in a storage account.</returns>
    public string? FindDriver(RunInput run) => FindHolder(run.InstanceId);

    /// <summary>The same for an orchestration instance.</summary>
    public string? FindHolder(string instanceId) => Kind == StorageKind.Files ? FileJournal.FindHolder(Journal, instanceId)?.ToString() : null;

    /// <summary>Why the history of an attempt of a run is of no use, so that only a fork goes on from it.</summary>
    /// <param name="status">The stored status: a pending run may have no history yet.</param>
    /// <returns>One of the texts of <see cref="RunHistory"/>; null when it is of use, and when that is unknown, as in a storage account.</returns>
    public async Task<string?> FindHistoryProblemAsync(RunInput run, RunStatus status, CancellationToken cancellationToken)
    {
        if (Kind != StorageKind.Files)
        {
            return null;
        }

        try
        {
            return await FileJournal.HasHistoryAsync(Journal, run.InstanceId, cancellationToken) || status == RunStatus.Pending
                ? null
                : RunHistory.Gone;
        }
        catch (JournalException exception)
        {
            return FindHistoryProblem(exception);
        }
    }

    /// <summary>Opens the content store. A missing folder is created; a missing container is created by the first write.</summary>
    /// <param name="forRuns">
    /// True for a process that runs workflows: requests to a storage account that does not answer are repeated for two minutes. False, the default,
    /// for a command whose user waits for the answer.
    /// </param>
    /// <param name="log">As <see cref="OpenLog"/> returned it for this process; null: it is opened.</param>
    /// <exception cref="ContentStoreException">The folder cannot be written, or the setting of the account is wrong.</exception>
    public IContentStore OpenContent(bool forRuns = false, WriteAheadLog? log = null) => Kind switch
    {
        StorageKind.Azure => ConfiguredContentStore.OpenBlobs(Configuration(), forRuns ? OutageTimeout : null),
        StorageKind.Memory => new MemoryContentStore(),
        _ => new FileContentStore(Folder, Time, StoreFolders.All, log ?? OpenLog()),
    };

    /// <summary>
    /// Opens the log with which the content store and the histories of a state folder share their flushes. It is closed with the process.
    /// </summary>
    /// <returns>Null where there is none (<see cref="WriteAheadLog.TryOpen"/>).</returns>
    /// <exception cref="ContentStoreException">What a crash of the system may have lost cannot be written again.</exception>
    public WriteAheadLog? OpenLog() => Kind == StorageKind.Files ? WriteAheadLog.TryOpen(Folder) : null;

    /// <summary>Opens the content store for reading; a missing folder is an error.</summary>
    /// <exception cref="UsageException">The folder does not exist.</exception>
    /// <exception cref="ContentStoreException">The setting of the account is wrong.</exception>
    public IContentStore OpenExistingContent() => Kind != StorageKind.Files || Directory.Exists(Folder)
        ? OpenContent()
        : throw new UsageException(File.Exists(Folder)
            ? $"The state folder '{Folder}' is a file. Choose another one with --state."
            : $"There is no state folder '{Folder}'. The first 'orchestrator run' here makes it; --state names one that is elsewhere.");

    /// <summary>Opens the runs that exist.</summary>
    /// <inheritdoc cref="OpenExistingContent"/>
    public RunStore OpenExistingRuns()
    {
        var content = OpenExistingContent();
        return new RunStore(content, new RunLogStore(content));
    }

    /// <summary>Opens the histories of orchestrations. In a storage account this process owns them until the journal is disposed.</summary>
    /// <param name="log">The result of <see cref="OpenLog"/>.</param>
    /// <exception cref="JournalException">Another process owns the histories of the account, or the folder or the account cannot be used.</exception>
    /// <exception cref="ContentStoreException">The setting of the account is wrong, or the account does not answer.</exception>
    public async Task<IJournal> OpenJournalAsync(WriteAheadLog? log, CancellationToken cancellationToken) => Kind switch
    {
        StorageKind.Azure => await OpenBlobJournalAsync(cancellationToken),
        StorageKind.Memory => new MemoryJournal(),
        _ => FileJournal.Open(Journal, Time, log),
    };

    /// <summary>The record of a run, read without a host.</summary>
    /// <exception cref="UsageException">The folder does not exist.</exception>
    /// <exception cref="RunNotFoundException">There is no such run, or it is being deleted.</exception>
    public async Task<RunRecord> RequireRunAsync(string runId, CancellationToken cancellationToken)
    {
        var record = NameRules.RunId.IsMatch(runId) ? await OpenExistingRuns().FindAnyAsync(runId, cancellationToken) : null;
        return record is { Deleting: false } ? record : throw new RunNotFoundException(runId, isBeingDeleted: record is not null);
    }

    /// <summary>Whether a deletion of the run was interrupted and can be finished.</summary>
    /// <param name="force">Whether any remaining part of the run counts, not only a record that is marked as being deleted.</param>
    /// <exception cref="UsageException">The folder does not exist.</exception>
    public async Task<bool> IsHalfDeletedAsync(string runId, bool force, CancellationToken cancellationToken)
    {
        if (!NameRules.RunId.IsMatch(runId))
        {
            return false;
        }

        var content = OpenExistingContent();
        return await new RunStore(content, new RunLogStore(content)).FindAnyAsync(runId, cancellationToken) is not null
            || (force && await content.ListAsync(ContentPrefix.Under(StoreFolders.Runs, runId), cancellationToken).AnyAsync(cancellationToken));
    }

    /// <summary>The location of the content store, for messages.</summary>
    public string Describe(IContentStore content) => content switch
    {
        BlobContentStore blobs => blobs.Place,
        MemoryContentStore => "in memory, gone with this process",
        _ => Path.GetFullPath(Folder),
    };

    private static string? FindHistoryProblem(Exception exception) => exception switch
    {
        JournalCorruptException => RunHistory.Damaged,
        JournalVersionException => RunHistory.Newer,
        { InnerException: { } inner } => FindHistoryProblem(inner),
        _ => null,
    };

    private static async Task<BlobJournal> OpenBlobJournalAsync(CancellationToken cancellationToken)
    {
        var content = ConfiguredContentStore.OpenBlobs(Configuration());

        // The journal repeats its requests for minutes. This check fails at once when, for instance, Azurite was not started.
        await content.ReachAsync(cancellationToken);
        return await BlobJournal.OpenAsync(content.Container, Time, new BlobJournalOptions { Patience = OutageTimeout }, cancellationToken);
    }

    private static IConfiguration Configuration() => new ConfigurationBuilder().AddEnvironmentVariables().Build();
}

/// <summary>The stored workflows and prompts of a storage, opened without a host. Other processes may use the storage at the same time.</summary>
internal sealed class StateStores : IDisposable
{
    private readonly ServiceProvider _services;

    private StateStores(ServiceProvider services) => _services = services;

    /// <summary>The stored workflows.</summary>
    public WorkflowStore Workflows => _services.GetRequiredService<WorkflowStore>();

    /// <summary>The stored prompts.</summary>
    public PromptStore Prompts => _services.GetRequiredService<PromptStore>();

    /// <summary>Deletes what the store no longer needs.</summary>
    public ContentPruner Pruner => _services.GetRequiredService<ContentPruner>();

    /// <summary>Opens the stores; a missing folder is created.</summary>
    /// <exception cref="ContentStoreException">The folder cannot be written, or the setting of the account is wrong.</exception>
    public static StateStores Open(StateStorage storage) => Over(storage.OpenContent());

    /// <summary>Opens the stores for reading; a missing folder is an error.</summary>
    /// <exception cref="UsageException">The folder does not exist.</exception>
    /// <exception cref="ContentStoreException">The setting of the account is wrong.</exception>
    public static StateStores OpenExisting(StateStorage storage) => Over(storage.OpenExistingContent());

    public void Dispose() => _services.Dispose();

    private static StateStores Over(IContentStore content) => new(new ServiceCollection()
        .AddSingleton(content)
        .AddOrchestratorActivities(new OrchestratorOptions().DefaultModel, claims: null)
        .BuildServiceProvider());
}
