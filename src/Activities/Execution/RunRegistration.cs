using System.Security.Cryptography;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Execution;

/// <summary>Writes new runs, and new attempts of runs, to the store before they are started. Every operation may be repeated. Thread-safe.</summary>
public sealed class RunRegistration(RunStore runs, DefinitionStore definitions, TimeProvider time)
{
    private const int StampLength = 16;

    /// <summary>
    /// Writes a new run: first its record, which only one caller can create, then what it executes. When the same request comes again, it continues
    /// where it stopped.
    /// </summary>
    /// <returns>The record; null when another request's run has the id.</returns>
    public async Task<RunRecord?> RegisterAsync(NewRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        var prepared = run.Prepared;
        var hash = HashOf(run);
        var record = new RunRecord
        {
            RunId = prepared.RunId,
            Stamp = RandomNumberGenerator.GetHexString(StampLength, lowercase: true),
            Workflow = run.Workflow,
            App = run.App,
            DefinitionHash = hash,
            CreatedAt = time.GetUtcNow(),
            Environment = prepared.Environment,
            Tags = run.Tags,
            StartKey = run.StartKey,
            Warnings = run.Warnings,
            File = run.File,
            Attempts = [run.Attempt],
        };
        var definition = await definitions.FindWriteAsync(hash, run.Definition, cancellationToken);
        if (await runs.CreateAsync(record, definition, prepared, run.Forked, cancellationToken))
        {
            return record;
        }

        if (run.StartKey is null
            || await runs.FindAsync(prepared.RunId, cancellationToken) is not { } present
            || present.StartKey != run.StartKey)
        {
            return null;
        }

        if (present.Status == RunStatus.Pending)
        {
            await runs.CompleteAsync(present, prepared, run.Forked, cancellationToken);
        }

        return present;
    }

    /// <summary>
    /// Adds another attempt to a run that has ended, or was interrupted by an upgrade. What the attempt executes is written before the record refers
    /// to it, so that any process that sees the attempt can begin it.
    /// </summary>
    /// <param name="before">The run as it was when the attempt was prepared.</param>
    /// <param name="run">The attempt; workflow, app, tags and start key stay those of the record.</param>
    /// <param name="cancellationToken">Cancels the writes; none of them is visible until the last one.</param>
    /// <returns>The record; null when the run has changed since <paramref name="before"/>, and then the run is left as it is.</returns>
    public async Task<RunRecord?> ReopenAsync(RunRecord before, NewRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(run);
        var hash = HashOf(run);
        var definition = await definitions.FindWriteAsync(hash, run.Definition, cancellationToken);
        var (name, line) = RunStore.Resumed(run.Prepared.Of(before.Identity));
        RunRecord? opened = null;
        try
        {
            await runs.UpdateAsync(before.RunId, Opened, cancellationToken);
        }
        catch (KeyNotFoundException)
        {
            // The run was deleted meanwhile.
            opened = null;
        }

        return opened;

        RunUpdate? Opened(RunRecord record)
        {
            opened = !IsUnchanged(record, before) ? null : record with
            {
                DefinitionHash = hash,
                Status = RunStatus.Pending,
                Attempt = run.Attempt.N,
                CompletedAt = null,
                Environment = run.Prepared.Environment,
                Error = null,
                IsEndEventPending = false,
                Warnings = run.Warnings,
                File = run.File,
                Attempts = [.. record.Attempts, run.Attempt],
                Resumed = [.. record.Resumed, name],
            };
            return opened is null ? null : new RunUpdate(opened) { Definition = definition, Before = [line] };
        }
    }

    private static bool IsUnchanged(RunRecord record, RunRecord before) =>
        (record.HasEnded || record.IsUpgraded)
        && record.Identity == before.Identity
        && record.Attempt == before.Attempt
        && record.Status == before.Status;

    private static string HashOf(NewRun run) => Convert.ToHexStringLower(SHA256.HashData(run.Definition.Span));
}

/// <summary>A checked run, or a checked attempt of a run, that can be written. Immutable.</summary>
/// <param name="Workflow">The workflow's slug.</param>
/// <param name="App">The app's name; null for none.</param>
public sealed record NewRun(string Workflow, string? App)
{
    /// <summary>What the attempt executes.</summary>
    public required PreparedRun Prepared { get; init; }

    /// <summary>The text of the definition; it is stored under its hash.</summary>
    public required ReadOnlyMemory<byte> Definition { get; init; }

    /// <summary>Tags by name. Default empty.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Identifies the start request (<see cref="StartKeys"/>); null for a request without a key.</summary>
    public string? StartKey { get; init; }

    /// <summary>What a user should know of the definition, and of what the attempt executes. Default empty.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The file that the definition was read from; null when it came without a file.</summary>
    public string? File { get; init; }

    /// <summary>The entry of the attempt before it begins. Default that of a first attempt without a reason.</summary>
    public RunAttempt Attempt { get; init; } = new(1);

    /// <summary>Checkpoints copied from another run, already with this run's id; empty when the run is no fork.</summary>
    public IReadOnlyList<StepCheckpoint> Forked { get; init; } = [];
}
