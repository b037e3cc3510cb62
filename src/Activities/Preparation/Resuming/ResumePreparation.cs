using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Execution;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Resuming;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Preparation.Resuming;

/// <summary>Prepares an attempt that goes on from what earlier ones have done. Nothing is written. Thread-safe.</summary>
public sealed class ResumePreparation(RunPreparation preparation, RunStore runs, CheckpointStore checkpoints, RunLogReader log, IChatClientFactory models)
{
    /// <param name="record">The run, which has ended.</param>
    /// <param name="request">What it is to execute now; its inputs, mocks and single step come from the run and <paramref name="choices"/>.</param>
    /// <param name="mocks">Whether <paramref name="request"/> brings mocks of its own, which start afresh.</param>
    /// <exception cref="RunRefusedException">The request cannot run; all reasons at once.</exception>
    public async Task<PreparedResume> PrepareAsync(
        RunRecord record, RunRequest request, ResumeChoices choices, bool mocks, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(choices);
        var executed = await ExecutedAsync(record, cancellationToken);
        var before = executed[0];
        var resumed = request with
        {
            RunId = choices.ForkAs ?? record.RunId,
            RunAttempt = choices.ForkAs is null ? record.Attempt + 1 : 1,
            Inputs = Inputs(before, choices),
            Only = before.Only,
            Mocks = mocks ? request.Mocks : before.Mocks,
        };
        var problems = new List<WorkflowError>();
        var run = await preparation.ResolveAsync(resumed, problems, cancellationToken);
        problems.AddRange(ResumeCheck.Problems(resumed, choices));
        Refuse(problems);

        var (earlier, damaged) = await EarlierAsync(record, executed.ConvertAll(attempt => WithDefaults(attempt, run)), cancellationToken);
        before = earlier[0].Run;
        var ids = run.Steps.Select(step => step.Id).ToList();
        int? from = choices.From is null ? null : ids.IndexOf(choices.From);
        var given = choices.Outputs.ToDictionary(
            output => output.Key,
            output => new GivenOutput(output.Value?.DeepClone(), StepTransform.Apply(run.Steps[ids.IndexOf(output.Key)].Transform, output.Value)?.Value),
            StringComparer.Ordinal);
        run = run.Of(choices.ForkAs is null ? record.Identity : run.Identity) with { Given = given.Concat(run.Given ?? new Dictionary<string, GivenOutput>()).DistinctBy(output => output.Key).ToDictionary(StringComparer.Ordinal) };
        var changed = RunComparison.Between(before, run, given.ContainsKey, mocks);
        var reused = ReusedSteps.Find(run, earlier, from, models.IsSimulated);
        var (events, lost, obstacle) = choices.ForkAs is null ? await log.ReadAsync(record, cancellationToken) : new RunLog([], []);
        if (obstacle is not null)
        {
            problems.Add(new WorkflowError(ErrorKind.Internal, $"{obstacle} Then resume again, or go on in a new run: {Fork(record.RunId)}."));
        }

        run = run with
        {
            Reused = reused,
            Given = WithEarlier(run, reused, earlier),
            Plan = run.Plan with
            {
                Steps = [.. run.Plan.Steps.Select(step => step with { Reused = reused.ContainsKey(step.Id) || given.ContainsKey(step.Id) })],
                Spent = choices.ForkAs is null ? Spent(events) : default,
            },
            Steps = mocks || choices.ForkAs is not null ? run.Steps : [.. run.Steps.Select(step => step with { MockedBefore = MockedBefore(step.Id, earlier[0]) })],
        };
        run = preparation.CheckSteps(run, problems);
        run = run with { Warnings = [.. run.Warnings, .. lost.Concat(damaged).Distinct(StringComparer.Ordinal)] };
        CheckSpent(run, problems);
        Refuse(problems);
        return choices.ForkAs is null ? new PreparedResume(run, changed, []) : await ForkAsync(run, changed, earlier, cancellationToken);
    }

    private static void Refuse(List<WorkflowError> problems)
    {
        if (problems.Count > 0)
        {
            throw new RunRefusedException(problems);
        }
    }

    private static string Fork(string runId) => $"'orchestrator resume {runId} --fork'";

    /// <summary>A budget is for all attempts together, so what the earlier ones have spent of it must be known.</summary>
    private static void CheckSpent(PreparedRun run, List<WorkflowError> problems)
    {
        if (run.Plan.Budget?.Usd is not null && run.Plan.Spent.EstimatedCost is null)
        {
            problems.Add(new WorkflowError(
                ErrorKind.InvalidInput,
                $"Earlier attempts of run '{run.RunId}' asked a model without a price, so what they have spent of a budget in US dollars is not known. Give the budget in tokens, or go on in a new run, which counts from 0: {Fork(run.RunId)}."));
        }
        else if (run.Plan.BudgetSpent() is { } spent && run.Plan.Steps.Any(step => step is { IsFinal: false, Reused: false }))
        {
            // The budget is spent: only the final steps could start, and would be paid for once more. So the resume is refused.
            problems.Add(new WorkflowError(
                ErrorKind.InvalidInput, $"{spent.Message} On the command line that is --budget 0.50 (US dollars) or --budget tokens=50000, over HTTP options.budget."));
        }
    }

    private static JsonObject Inputs(PreparedRun before, ResumeChoices choices)
    {
        var inputs = before.AskedInputs();
        foreach (var (name, value) in choices.Inputs)
        {
            inputs[name] = value?.DeepClone();
        }

        return inputs;
    }

    /// <summary>With the outputs that were given by hand in earlier attempts and still count.</summary>
    private static Dictionary<string, GivenOutput>? WithEarlier(
        PreparedRun run, Dictionary<string, CheckpointReference> reused, List<EarlierAttempt> earlier)
    {
        var all = new Dictionary<string, GivenOutput>(run.Given!, StringComparer.Ordinal);
        foreach (var (id, place) in reused.Where(step => step.Value.Attempt == 0))
        {
            all[id] = earlier.First(attempt => attempt.Run.RunAttempt == place.RunAttempt).Run.Given![id];
        }

        return all.Count == 0 ? null : all;
    }

    private static int MockedBefore(string id, EarlierAttempt before) =>
        before.Find(id) is { } position ? before.Run.Steps[position].MockedBefore + before.End(position).Worked : 0;

    /// <summary>What the attempts so far executed, the latest first.</summary>
    private async Task<List<PreparedRun>> ExecutedAsync(RunRecord record, CancellationToken cancellationToken)
    {
        var executed = new List<PreparedRun>();
        for (var attempt = record.Attempt; attempt >= 1; attempt--)
        {
            executed.Add(await runs.FindPreparedAsync(record, attempt, cancellationToken) ?? throw new RunRefusedException(
                [new WorkflowError(ErrorKind.Internal, $"What attempt {attempt} of run '{record.RunId}' executed is missing: its storage was changed. Restart the run.")]));
        }

        return executed;
    }

    /// <summary>Earlier versions did not note which steps took the host's default model: those that take it now did then, too.</summary>
    private static PreparedRun WithDefaults(PreparedRun earlier, PreparedRun now)
    {
        var defaults = now.Steps.Where(step => step.UsesDefaultModel == true && earlier.Options.Model is null).Select(step => step.Id).ToHashSet(StringComparer.Ordinal);
        return earlier with
        {
            Steps = [.. earlier.Steps.Select(step => step with { UsesDefaultModel = step.UsesDefaultModel ?? (step.Models.Count == 1 && defaults.Contains(step.Id)) })],
        };
    }

    /// <summary>The attempts so far, the latest first, and the problems of their records.</summary>
    private async Task<(List<EarlierAttempt> Attempts, List<string> Damaged)> EarlierAsync(
        RunRecord record, List<PreparedRun> executed, CancellationToken cancellationToken)
    {
        var earlier = new List<EarlierAttempt>();
        var damaged = new List<string>();
        foreach (var run in executed)
        {
            var (attempt, problems) = await EarlierAttemptReader.ReadAsync(run, record.Attempts[run.RunAttempt - 1].From, checkpoints, cancellationToken);
            earlier.Add(attempt);
            damaged.AddRange(problems);
        }

        return (earlier, damaged);
    }

    /// <summary>What the run has cost so far.</summary>
    private static TokenUsage Spent(IEnumerable<RunEvent> events)
    {
        var all = new RunProjection([]);
        foreach (var item in events)
        {
            all.Apply(item);
        }

        return all.Usage;
    }

    /// <summary>A new run keeps copies, so that the old one may be deleted.</summary>
    private async Task<PreparedResume> ForkAsync(PreparedRun run, RunChanges changed, List<EarlierAttempt> earlier, CancellationToken cancellationToken)
    {
        var source = earlier[0].Run;
        var copies = new List<StepCheckpoint>();
        var places = new Dictionary<string, CheckpointReference>(StringComparer.Ordinal);
        foreach (var (id, place) in run.Reused!.Where(step => step.Value.Attempt > 0))
        {
            var record = await checkpoints.FindAsync(source.Identity, id, place.RunAttempt, place.Attempt, cancellationToken)
                ?? throw new InvalidOperationException($"The record of step '{id}' of run '{source.RunId}' was there a moment ago.");
            // Of a repeated step the last turn is taken over; that another was made up still counts.
            var simulated = record.Simulated || earlier.Exists(attempt => attempt.Find(id) is { } then && attempt.End(then) is { Simulated: true } end && end.Result.Place == place);
            copies.Add(record with { RunId = run.RunId, RunAttempt = 0, Attempt = 1, Simulated = simulated });
            places.Add(id, new CheckpointReference(0, 1) { Simulated = simulated, FallbackUsed = record.FallbackUsed });
        }

        return new PreparedResume(run with { Reused = places }, changed, copies);
    }
}
