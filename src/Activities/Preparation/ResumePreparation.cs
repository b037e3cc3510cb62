using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Resuming;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Transforms;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Preparation;

/// <summary>A checked attempt that resumes a run, or the first attempt of a fork. Immutable.</summary>
/// <param name="Run">What it executes.</param>
/// <param name="Changed">What it does differently from the attempt before it.</param>
/// <param name="Forked">The records that a fork takes from the earlier run, with the ids of the fork; empty otherwise.</param>
public sealed record PreparedResume(PreparedRun Run, RunChanges Changed, IReadOnlyList<StepCheckpoint> Forked)
{
    /// <summary>The start key of a fork, a hash of what it executes: repeating the request finishes a fork that a crash left half-written.</summary>
    public string Key => Convert.ToHexStringLower(SHA256.HashData(JsonContent.Bytes(Run)));
}

/// <summary>Prepares an attempt that resumes a run from the results of earlier attempts. Writes nothing. Thread-safe.</summary>
public sealed class ResumePreparation(
    RunPreparation preparation, RunStore runs, CheckpointStore checkpoints, RunLogReader log, IChatClientFactory models)
{
    /// <summary>Resolves and checks the attempt, and finds the results that it reuses.</summary>
    /// <param name="record">The run, which has ended.</param>
    /// <param name="request">
    /// What to execute now. Under another id than the run's, a fork. Its inputs replace those of the run by name; its mocks, if it has any, replace
    /// the run's and are used from the first one; the single step is the run's.
    /// </param>
    /// <param name="from">The id of the step to execute again, with all that depends on it; null: what has not completed.</param>
    /// <param name="outputs">Outputs in place of those of steps, by step id.</param>
    /// <param name="cancellationToken">Cancels the preparation.</param>
    /// <exception cref="RunRefusedException">The request cannot run; it has all reasons.</exception>
    public async Task<PreparedResume> PrepareAsync(
        RunRecord record, RunRequest request, string? from, JsonObject outputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(outputs);
        var isFork = request.RunId != record.RunId;
        var hasMocks = request.Mocks is not null;
        var (executed, unknown) = await ExecutedAsync(record, cancellationToken);
        var before = executed[0];
        var resumed = request with
        {
            RunAttempt = isFork ? 1 : record.Attempt + 1,
            Inputs = Inputs(before, request.Inputs),
            Only = before.Only,
            Mocks = request.Mocks ?? before.Mocks,
        };
        var problems = new List<WorkflowError>();
        var run = await preparation.ResolveAsync(resumed, problems, cancellationToken);
        problems.AddRange(ResumeCheck.Problems(resumed, from, outputs));
        RunRefusedException.ThrowIfAny(problems);

        var (earlier, damaged, logEnd) = await EarlierAsync(record, executed, cancellationToken);
        before = earlier[0].Run;
        var given = outputs.ToDictionary(output => output.Key, output => Given(run, output.Key, output.Value), StringComparer.Ordinal);
        run = run.Of(isFork ? run.Identity : record.Identity) with { Given = Over(run.Given, given) };
        var changed = RunChanges.Between(before, run, given.ContainsKey, hasMocks);
        var reused = ReusedSteps.Find(run, earlier, from is null ? null : run.PositionOf(from), models.IsSimulated);
        var (events, lost, obstacle) = isFork ? new RunLog([], []) : await log.ReadAsync(record, cancellationToken);
        if (obstacle is not null)
        {
            problems.Add(new WorkflowError(ErrorKind.Internal, $"{obstacle} Then resume again, or go on in a new run: {Fork(record.RunId)}."));
        }

        run = run with
        {
            Reused = reused,
            Given = WithEarlier(run, reused, earlier),
            LogFrom = isFork ? 0 : logEnd,
            Plan = run.Plan with
            {
                Steps = [.. run.Plan.Steps.Select(step => step with { Reused = reused.ContainsKey(step.Id) || given.ContainsKey(step.Id) })],
                Spent = isFork ? default : Spent(events),
            },
            Steps = hasMocks || isFork
                ? run.Steps
                : [.. run.Steps.Select(step => step with { MockedBefore = MockedBefore(step.Id, earlier[0]) })],
        };
        run = preparation.CheckSteps(run, problems);
        run = run with { Warnings = [.. run.Warnings, .. unknown.Concat(lost).Concat(damaged).Distinct(StringComparer.Ordinal)] };
        CheckSpent(run, problems);
        RunRefusedException.ThrowIfAny(problems);
        return isFork ? await ForkAsync(run, changed, earlier, cancellationToken) : new PreparedResume(run, changed, []);
    }

    private static string Fork(string runId) => $"'orchestrator resume {runId} --fork'";

    /// <summary>Checks the budget, which is for all attempts together: what the earlier ones have spent of it must be known.</summary>
    private static void CheckSpent(PreparedRun run, List<WorkflowError> problems)
    {
        if (run.Plan.Budget?.Usd is not null && run.Plan.Spent.EstimatedCost is null)
        {
            problems.Add(new WorkflowError(
                ErrorKind.InvalidInput,
                $"Earlier attempts of run '{run.RunId}' asked a model without a price, so what they have spent of a budget in US dollars is not "
                + $"known. Give the budget in tokens, or go on in a new run, which counts from 0: {Fork(run.RunId)}."));
        }
        else if (run.Plan.BudgetSpent() is { } spent && run.Plan.Steps.Any(step => step is { IsFinal: false, Reused: false }))
        {
            // Only the final steps could start, and they would be paid again without any progress.
            problems.Add(new WorkflowError(
                ErrorKind.InvalidInput,
                $"{spent.Message} On the command line that is --budget 0.50 (US dollars) or --budget tokens=50000, over HTTP options.budget."));
        }
    }

    private static JsonObject Inputs(PreparedRun before, JsonObject changed)
    {
        var inputs = before.AskedInputs();
        foreach (var (name, value) in changed)
        {
            inputs[name] = value?.DeepClone();
        }

        return inputs;
    }

    private static GivenOutput Given(PreparedRun run, string id, JsonNode? output)
    {
        var transform = run.Steps[run.PositionOf(id)!.Value].Transform;
        return new GivenOutput(output?.DeepClone(), OutputTransform.Apply(transform, output)?.Value);
    }

    private static Dictionary<string, GivenOutput> Over(IReadOnlyDictionary<string, GivenOutput>? before, Dictionary<string, GivenOutput> given) =>
        given.Concat(before ?? new Dictionary<string, GivenOutput>()).DistinctBy(output => output.Key).ToDictionary(StringComparer.Ordinal);

    /// <summary>The outputs that are given by hand, with those of earlier attempts that are reused; null for none.</summary>
    private static Dictionary<string, GivenOutput>? WithEarlier(
        PreparedRun run, Dictionary<string, CheckpointReference> reused, List<EarlierAttempt> earlier)
    {
        var all = new Dictionary<string, GivenOutput>(run.Given!, StringComparer.Ordinal);
        foreach (var (id, place) in reused.Where(step => step.Value.Attempt == 0))
        {
            // An attempt that reused such an output has it, too: what the attempt executed to which it was given may be damaged.
            var source = earlier.Find(attempt => attempt.Run.RunAttempt == place.RunAttempt)
                ?? earlier.First(attempt => attempt.Run.Reused?.TryGetValue(id, out var same) == true && same == place);
            all[id] = source.Run.Given![id];
        }

        return all.Count == 0 ? null : all;
    }

    private static int MockedBefore(string id, EarlierAttempt before) =>
        before.Run.PositionOf(id) is { } position ? before.Run.Steps[position].MockedBefore + before.Step(position).Worked : 0;

    /// <summary>
    /// What the attempts so far executed, the latest first, and the problems of earlier ones: without what an earlier attempt executed, only results
    /// of it that no later attempt reused are lost.
    /// </summary>
    private async Task<(List<PreparedRun> Executed, List<string> Unknown)> ExecutedAsync(RunRecord record, CancellationToken cancellationToken)
    {
        var (executed, unknown) = (new List<PreparedRun>(), new List<string>());
        for (var attempt = record.Attempt; attempt >= 1; attempt--)
        {
            try
            {
                executed.Add(await runs.FindPreparedAsync(record, attempt, cancellationToken) ?? throw RunStore.MissingPrepared(record, attempt));
            }
            catch (UnreadableRecordException problem) when (attempt < record.Attempt && (problem.IsLost || problem.IsMissing))
            {
                unknown.Add(problem.Message);
            }
        }

        return (executed, unknown);
    }

    /// <summary>The attempts so far, the latest first, the problems of their records, and where the log ends now, in bytes.</summary>
    private async Task<(List<EarlierAttempt> Attempts, List<string> Damaged, long LogEnd)> EarlierAsync(
        RunRecord record, List<PreparedRun> executed, CancellationToken cancellationToken)
    {
        var earlier = new List<EarlierAttempt>();
        var damaged = new List<string>();
        var log = await checkpoints.ReadAsync(record.Identity, isCurrent: true, cancellationToken);
        var lost = await checkpoints.FindLostAsync(record.Identity, log, cancellationToken);
        foreach (var run in executed)
        {
            var (attempt, problems) = EarlierAttemptReader.Read(run, record.Attempts[run.RunAttempt - 1].From, log, lost);
            earlier.Add(attempt);
            damaged.AddRange(problems);
        }

        return (earlier, damaged, log.Position);
    }

    /// <summary>What the run has used so far.</summary>
    private static TokenUsage Spent(IEnumerable<RunEvent> events)
    {
        var all = new RunProjection([]);
        foreach (var item in events)
        {
            all.Apply(item);
        }

        return all.Usage;
    }

    /// <summary>Copies the reused records for the new run, so that the earlier run may be deleted.</summary>
    private async Task<PreparedResume> ForkAsync(
        PreparedRun run, RunChanges changed, List<EarlierAttempt> earlier, CancellationToken cancellationToken)
    {
        var source = earlier[0].Run;
        var copies = new List<StepCheckpoint>();
        var places = new Dictionary<string, CheckpointReference>(StringComparer.Ordinal);
        foreach (var (id, place) in run.Reused!.Where(step => step.Value.Attempt > 0))
        {
            var record = await checkpoints.FindAsync(source.Identity, id, place.RunAttempt, place.Attempt, cancellationToken)
                ?? throw new InvalidOperationException($"The record of step '{id}' of run '{source.RunId}' was deleted while the run was forked.");

            // Only the last turn of a repeated step is copied, but that an earlier turn was simulated still counts.
            var simulated = record.Simulated || earlier.Exists(attempt => IsSimulated(attempt, id, place));
            copies.Add(record with { RunId = run.RunId, RunAttempt = 0, Attempt = 1, Simulated = simulated });
            places.Add(id, new CheckpointReference(0, 1) { Simulated = simulated, FallbackUsed = record.FallbackUsed });
        }

        return new PreparedResume(run with { Reused = places }, changed, copies);
    }

    private static bool IsSimulated(EarlierAttempt attempt, string id, CheckpointReference place) =>
        attempt.Run.PositionOf(id) is { } position && attempt.Step(position) is { Simulated: true } step && step.Result.Place == place;
}
