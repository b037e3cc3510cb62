using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Preparation;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Activities.Tools;
using Orchestrator.Activities.Tools.Secrets;
using Orchestrator.Storage;
using Orchestrator.Testing;
using Orchestrator.Workflows.Formats;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Tests.Runs;

/// <summary>The services of a host over a memory store and fake time, without a durable runtime.</summary>
internal sealed class TestRuns
{
    public const string RunId = "r1";

    public TestRuns(IContentStore? store = null, bool content = false, ILoggerFactory? loggers = null)
    {
        Telemetry = new RunTelemetry(loggers ?? NullLoggerFactory.Instance, content);
        Store = store ?? new MemoryContentStore();
        Logs = new RunLogStore(Store, isShared: false);
        Runs = new RunStore(Store, Logs);
        Checkpoints = new CheckpointStore(Store, new RunLogStore(Store));
        Control = new RunControl(Store, Time, isShared: false);
        Feed = new RunEventFeed(Store, Logs, Time);
        Registration = new RunRegistration(Runs, new DefinitionStore(Store), Time);
        Lifecycle = new RunLifecycle(Runs, Checkpoints, Feed, Time, Telemetry);
        Reader = new RunReader(Runs, new RunLogReader(Logs), Feed, Time);
        Executor = MakeExecutor();
    }

    public SteppedTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public IContentStore Store { get; }

    /// <summary>The telemetry of executors and of the lifecycle.</summary>
    public RunTelemetry Telemetry { get; }

    public RunStore Runs { get; }

    /// <summary>The logs as the executors of this process use them.</summary>
    public RunLogStore Logs { get; }

    /// <summary>The checkpoints as another process reads them.</summary>
    public CheckpointStore Checkpoints { get; }

    public RunControl Control { get; }

    public RunEventFeed Feed { get; }

    public RunRegistration Registration { get; }

    public RunLifecycle Lifecycle { get; }

    public RunReader Reader { get; }

    public StepExecutor Executor { get; }

    /// <summary>The tools of executors that are made from now on.</summary>
    public ToolSet Tools { get; set; } = new([]);

    public ISecretSource Secrets { get; set; } = new EnvironmentSecrets();

    /// <summary>The host's time limit for an activity; null: no limit.</summary>
    public ActivityTimeLimit? ActivityTime { get; set; }

    public MemoryContentStore Claims { get; } = new();

    /// <summary>Another executor over the same stores, as a second worker would have.</summary>
    /// <param name="claims">Where its claims are kept; null: with those of the others.</param>
    /// <param name="leased">Whether a claim can outlive its process.</param>
    /// <param name="control">Delivers cancellations to it; null: the one of the other executors.</param>
    public StepExecutor MakeExecutor(
        IChatClientFactory? models = null, IContentStore? claims = null, RunControl? control = null, bool leased = false)
    {
        var logs = claims is null && !leased ? Logs : new RunLogStore(Store, isShared: leased);
        var (checkpoints, feed) = (new CheckpointStore(Store, logs), new RunEventFeed(Store, logs, Time));
        return new StepExecutor(
            Runs, checkpoints, new AttemptClaims(claims ?? Claims, logs, Time, isShared: leased), new LostRequests(checkpoints, feed, isShared: leased),
            control ?? Control, feed,
            MakeRunner(checkpoints, models),
            Time,
            NullLogger<StepExecutor>.Instance,
            Telemetry);
    }

    /// <param name="claims">The claims that outlive their processes; null: claims end with them.</param>
    public LostAttempts MakeLostAttempts(IContentStore? claims = null) => new(
        Runs, new LostRequests(Checkpoints, Feed, isShared: claims is not null), new AttemptClaims(claims ?? Claims, Logs, Time, isShared: claims is not null), Checkpoints,
        MakeRunner(Checkpoints, models: null), Feed, Telemetry);

    private StepRunner MakeRunner(CheckpointStore checkpoints, IChatClientFactory? models) => new(
        checkpoints,
        new PromptRunner(models ?? new ChatClientFactory(Time, fallback: new SimulatedModelOptions()), new AnswerCache(Store, Time), PriceTable.BuiltIn, Time, Telemetry),
        new ToolRunner(Tools, Secrets, new AnswerCache(Store, Time), Time, Telemetry));

    public async Task<PreparedRun> PrepareAsync(
        string definition, string? inputs = null, string? mocks = null, string? only = null, params IReadOnlyCollection<IPromptSource> prompts)
    {
        var read = WorkflowReader.Read(Encoding.UTF8.GetBytes(definition), Tools.Known);
        Assert.True(read.Workflow is not null, string.Join('\n', read.Diagnostics));
        MockScript? script = null;
        if (mocks is not null)
        {
            Assert.True(MockScript.TryParse($$"""{ "steps": {{mocks}} }""", out script, out var findings), string.Join('\n', findings));
        }

        return await new RunPreparation(new ChatClientFactory(TimeProvider.System, fallback: new SimulatedModelOptions()), new ToolCheck(Tools, Secrets), "gpt-6-luna", time: ActivityTime).PrepareAsync(
            new RunRequest
            {
                RunId = RunId,
                Workflow = read.Workflow!,
                Inputs = inputs is null ? [] : JsonNode.Parse(inputs)!.AsObject(),
                Mocks = script,
                Only = only,
                Prompts = prompts,
            },
            CancellationToken.None);
    }

    /// <summary>Writes a run down and begins it.</summary>
    public async Task<PreparedRun> BeginAsync(string definition, string? inputs = null, string? mocks = """{ "*": [ { "output": "ok" } ] }""")
    {
        var prepared = await PrepareAsync(definition, inputs, WithRest(mocks));
        Assert.NotNull(await Registration.RegisterAsync(
            new NewRun("test", null) { Definition = Encoding.UTF8.GetBytes(definition), Prepared = prepared }, CancellationToken.None));
        var begun = await Lifecycle.BeginAsync(RunId, 1, CancellationToken.None);

        // Leaves the synchronization context of the test: the timers of the fake clock then continue what waits for them inside Advance.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return begun;
    }

    /// <summary>Steps that the test does not execute need a mock, too.</summary>
    private static string? WithRest(string? mocks)
    {
        if (mocks is null)
        {
            return null;
        }

        var all = JsonNode.Parse(mocks)!.AsObject();
        all.TryAdd("*", JsonNode.Parse("""[ { "output": "ok" } ]"""));
        return all.ToJsonString();
    }

    public ExecuteStepInput Call(PreparedRun run, int step, int attempt = 1) => new()
    {
        RunId = run.RunId,
        Stamp = run.Plan.Stamp,
        RunAttempt = run.RunAttempt,
        Step = step,
        StepId = run.Steps[step].Id,
        Attempt = attempt,
        ReadyAt = Time.GetUtcNow(),
    };

    public Task<StepOutcome> ExecuteAsync(PreparedRun run, int step, int attempt = 1) =>
        Executor.ExecuteAsync(Call(run, step, attempt), CancellationToken.None);

    public async Task<StepCheckpoint> CheckpointAsync(PreparedRun run, int step, int attempt = 1) =>
        (await Checkpoints.FindAsync(run.Identity, run.Steps[step].Id, 1, attempt, CancellationToken.None))!;

    /// <summary>An execution of the first attempt of the first step began in a process that is gone; the store is shared.</summary>
    public async Task BeginInLostProcessAsync(PreparedRun run, string writer = "gone") => await Logs.AppendAsync(
        run.Identity, [LogLine.OfStart(run.Identity, StepEvents.Started(Call(run, 0), Time.GetUtcNow()), writer, after: null)], flush: true,
        CancellationToken.None);

    /// <summary>The run that has the id now.</summary>
    public async Task<RunIdentity> IdentityAsync() => (await Runs.FindAsync(RunId, CancellationToken.None))!.Identity;

    public async Task<IReadOnlyList<RunEvent>> EventsAsync() => await Feed.ReadAsync(await IdentityAsync(), CancellationToken.None);

    /// <summary>Changes a byte in the middle of the line of a step's checkpoint.</summary>
    public Task DamageCheckpointAsync(string step) => ChangeLogAsync(log =>
    {
        var line = log.Split('\n').Single(line => line.Contains("\"ended\":", StringComparison.Ordinal) && line.Contains($"\"stepPath\":\"{step}\"", StringComparison.Ordinal));
        return log.Replace(line, line.Replace("\"status\"", "\"stutus\"", StringComparison.Ordinal), StringComparison.Ordinal);
    });

    /// <summary>Writes the run's log anew.</summary>
    public async Task ChangeLogAsync(Func<string, string> change)
    {
        var log = Encoding.UTF8.GetString((await Store.ReadFromAsync(RunKeys.Log(RunId), 0))!.Bytes.Span);
        await Store.DeleteAsync(RunKeys.Log(RunId));
        await Store.AppendAsync(RunKeys.Log(RunId), Encoding.UTF8.GetBytes(change(log)));
    }
}
