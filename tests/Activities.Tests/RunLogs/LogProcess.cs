using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>What one process has in memory of logs, and the records that tests write.</summary>
internal sealed class LogProcess : IDisposable
{
    public static readonly DateTimeOffset At = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public LogProcess(IContentStore store, bool isShared = true)
    {
        Store = new RecordingStore(store);
        Logs = new RunLogStore(Store, isShared);
        Checkpoints = new CheckpointStore(Store, Logs);
        Feed = new RunEventFeed(Store, Logs, Time);
    }

    public RecordingStore Store { get; }

    public SteppedTimeProvider Time { get; } = new(At);

    public RunLogStore Logs { get; }

    public CheckpointStore Checkpoints { get; }

    public RunEventFeed Feed { get; }

    public static RunEvent Event(string name, string step, int attempt = 1, int runAttempt = 1, int second = 0) =>
        new(name, "r1", runAttempt, At.AddSeconds(second)) { StepId = step, StepPath = step, Attempt = attempt };

    public static RunEvent Text(string step, int index, string text, int second = 0) =>
        Event(RunEventNames.StepChunk, step, second: second) with { Index = index, Text = text };

    public static StepCheckpoint Checkpoint(string step, JsonNode? output = null, int attempt = 1, int runAttempt = 1) => new()
    {
        CallId = $"r1.{step}.{runAttempt}-{attempt}",
        RunId = "r1",
        RunAttempt = runAttempt,
        StepId = step,
        StepPath = step,
        Attempt = attempt,
        Status = StepStatus.Completed,
        Output = output,
        ReadyAt = At,
        StartedAt = At,
        CompletedAt = At.AddSeconds(1),
    };

    public static ExecuteStepInput Call(string step, int attempt = 1, int runAttempt = 1) => new()
    {
        RunId = "r1",
        Stamp = "s",
        RunAttempt = runAttempt,
        Step = 0,
        StepId = step,
        Attempt = attempt,
        ReadyAt = At,
    };

    /// <summary>Writes the record of the run: what is appended for a run without a record is deleted.</summary>
    public static async Task CreateRunAsync(IContentStore store, RunIdentity run) => Assert.True(await new RunStore(store, new RunLogStore(store)).CreateAsync(
        new RunRecord { RunId = run.RunId, Stamp = run.Stamp, Workflow = "w", DefinitionHash = "", CreatedAt = At }, CancellationToken.None));

    public async Task<(StepCheckpoint Stored, bool IsNew)> AddAsync(RunIdentity run, StepCheckpoint checkpoint, params IReadOnlyList<RunEvent> before)
    {
        var (stored, isNew) = await Checkpoints.AddAsync(
            run, before, RunEventNames.StepCompleted, checkpoint, Checkpoints.NewWriter(), texts: 0, CancellationToken.None);
        return (stored!, isNew);
    }

    public Task AppendAsync(RunIdentity run, params IReadOnlyList<RunEvent> events) =>
        Feed.AppendAsync(run, events, flush: true, CancellationToken.None);

    public Task<StepCheckpoint?> FindAsync(RunIdentity run, string step, int attempt = 1, int runAttempt = 1) =>
        Checkpoints.FindAsync(run, step, runAttempt, attempt, CancellationToken.None);

    public async Task<IReadOnlyList<string>> EventsAsync(RunIdentity run) =>
        [.. (await Feed.ReadAsync(run, CancellationToken.None)).Select(item => $"{item.Event} {item.StepPath} {item.RunAttempt}-{item.Attempt}")];

    public void Dispose() => Logs.Dispose();
}
