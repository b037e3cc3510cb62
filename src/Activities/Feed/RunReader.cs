using System.Text.Json.Nodes;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Feed;

/// <summary>Reads runs as users see them, from their records and events. Thread-safe.</summary>
public sealed class RunReader(RunStore runs, RunLogReader log, RunEventFeed feed, TimeProvider time)
{
    /// <summary>The run; null when there is none with the id. A part that cannot be read is left out, with a warning.</summary>
    /// <exception cref="UnreadableRecordException">Its record cannot be read.</exception>
    public Task<RunDocument?> FindAsync(string runId, CancellationToken cancellationToken) =>
        FindAsync(runId, Task.FromResult, cancellationToken);

    /// <summary>The run; null when there is none with the id. A part that cannot be read is left out, with a warning.</summary>
    /// <param name="shown">Makes the record to show from the stored one: it may give a run that no process drives the status interrupted.</param>
    /// <exception cref="UnreadableRecordException">Its record cannot be read.</exception>
    public async Task<RunDocument?> FindAsync(string runId, Func<RunRecord, Task<RunRecord>> shown, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(shown);
        if (await runs.FindAsync(runId, cancellationToken) is not { } stored)
        {
            return null;
        }

        var record = await shown(stored);
        var read = await log.ReadAsync(record, cancellationToken);
        var (events, flaws, obstacle) = (read.Events, new List<string>(), read.Obstacle);
        var prepared = read.Parts is not { } parts ? null : await ReadableAsync(
            async () => await runs.FindPreparedAsync(record, record.Attempt, parts, cancellationToken)
                ?? (record.StartedAt is null ? null : throw RunStore.MissingPrepared(record, record.Attempt)),
            flaws);
        var outputs = read.Parts is { } all && record.Status == RunStatus.Completed
            ? await ReadableAsync<JsonObject>(async () => await runs.GetOutputsAsync(record.Identity, record.Attempt, all, cancellationToken), flaws)
            : null;
        var projection = RunProjection.Of(prepared);
        flaws.AddRange(read.Flaws);
        foreach (var item in events)
        {
            projection.Apply(item);
        }

        if (record.HasEnded)
        {
            projection.MarkLost();
        }

        var steps = projection.Steps.ToList();
        return new RunDocument
        {
            RunId = record.RunId,
            Workflow = record.Workflow,
            App = record.App,
            DefinitionHash = record.DefinitionHash,
            Status = record.Status,
            Attempt = record.Attempt,
            CreatedAt = record.CreatedAt,
            StartedAt = record.StartedAt,
            CompletedAt = record.CompletedAt,
            Environment = record.Environment,
            Tags = record.Tags,
            ParentRunId = record.ParentRunId,
            Outputs = outputs,
            Error = record.Error,
            Warnings = [.. flaws, .. record.Warnings, .. steps.SelectMany(step => step.Warnings), .. MixedAnswers.Warnings(prepared, projection)],
            Progress = projection.Progress,
            Attempts = Attempts(record, prepared, events),
            Steps = projection.Summaries(),
            Pools = new Dictionary<string, PoolSummary> { ["run"] = Pool(steps, prepared?.Plan.MaxParallelism ?? 0) },
            Usage = Usage(record, prepared, steps, projection.Usage, await OpenUntilAsync(record, obstacle is null, cancellationToken)),
        };
    }

    /// <summary>Waits for the end of an attempt and returns the run; null when the attempt does not end in time, or there is no such run.</summary>
    /// <exception cref="ContentStoreException">The store is not available.</exception>
    /// <exception cref="UnreadableRecordException">The run's record cannot be read.</exception>
    public async Task<RunDocument?> WaitAsync(string runId, int runAttempt, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(runId, cancellationToken) is not { } run)
        {
            return null;
        }

        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            await foreach (var item in feed.FollowAsync(run.Identity, withTexts: false, either.Token))
            {
                if (item.RunAttempt == runAttempt && RunEventNames.IsFinal(item.Event))
                {
                    return await FindAsync(runId, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The limit has passed.
        }

        return null;
    }

    private static async Task<T?> ReadableAsync<T>(Func<Task<T?>> read, List<string> flaws)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (UnreadableRecordException problem)
        {
            flaws.Add(problem.Message);
            return null;
        }
    }

    /// <summary>The attempts with the steps that failed in them, in definition order, whichever failed first.</summary>
    private static List<RunAttemptSummary> Attempts(RunRecord record, PreparedRun? latest, IEnumerable<RunEvent> events)
    {
        var places = (latest?.Steps ?? []).Index().ToDictionary(step => step.Item.Id, step => step.Index, StringComparer.Ordinal);
        var failed = Failed(events);
        return
        [
            .. record.Attempts.Select(attempt => RunAttemptSummary.Of(
                attempt, [.. failed[attempt.N].OrderBy(id => places.GetValueOrDefault(id, int.MaxValue)).ThenBy(id => id, StringComparer.Ordinal)])),
        ];
    }

    /// <summary>The steps that ended as failed, by attempt of the run; not those that have the output of a fallback.</summary>
    private static ILookup<int, string> Failed(IEnumerable<RunEvent> events)
    {
        var steps = new Dictionary<(int RunAttempt, string Id), StepProjection>();
        foreach (var item in events.Where(item => item.StepId is not null && item.Event != RunEventNames.StepChunk))
        {
            var key = (item.RunAttempt, item.StepId!);
            if (!steps.TryGetValue(key, out var step))
            {
                steps.Add(key, step = new StepProjection(item.RunAttempt, reused: false));
            }

            step.Apply(item);
        }

        return steps.Where(step => step.Value.Status == StepStatus.Failed).ToLookup(step => step.Key.RunAttempt, step => step.Key.Id);
    }

    private static PoolSummary Pool(List<StepProjection> steps, int slots)
    {
        var active = steps.Count(step => step.Status == StepStatus.Running);
        var waited = steps.Sum(step => step.QueuedMs);
        var started = steps.Count(step => step.Attempts > 0);
        return new PoolSummary
        {
            TasksCompleted = steps.Count(step => step.Status == StepStatus.Completed),
            TasksFailed = steps.Count(step => step.Status == StepStatus.Failed),
            TasksTimedOut = steps.Sum(step => step.TimedOut),
            ActiveWorkers = active,
            MaxConcurrent = slots,
            QueueLength = steps.Count(step => step.Status == StepStatus.Ready),
            TotalWaitTime = waited,
            AverageWaitTime = started == 0 ? 0 : waited / started,
            UtilizationRate = slots == 0 ? 0 : 100.0 * active / slots,
        };
    }

    /// <summary>Until when an attempt without an end has lasted: until now, or until the last event when no process drives it any more.</summary>
    private async Task<DateTimeOffset> OpenUntilAsync(RunRecord record, bool isReadable, CancellationToken cancellationToken)
    {
        if (record.Status != RunStatus.Interrupted || !isReadable)
        {
            return time.GetUtcNow();
        }

        // With the pieces of texts, which are signs of life, too.
        var events = await feed.ReadAsync(record.Identity, cancellationToken);
        return events.Where(item => item.RunAttempt == record.Attempt).Max(item => (DateTimeOffset?)item.At) ?? time.GetUtcNow();
    }

    private static RunUsage Usage(
        RunRecord record, PreparedRun? prepared, List<StepProjection> steps, TokenUsage tokens, DateTimeOffset openUntil)
    {
        // Exclude the time between attempts.
        var total = record.Attempts.Sum(attempt => attempt.StartedAt is { } start
            ? Math.Max(0, ((attempt.CompletedAt ?? openUntil) - start).TotalMilliseconds)
            : 0);
        var timeline = RunTimeline.Measure(
            [.. steps.Select((step, position) => Timeline(step, prepared!.Plan.Steps[position].DependsOn))], prepared?.Plan.MaxParallelism);
        return new RunUsage
        {
            InputTokens = tokens.InputTokens,
            OutputTokens = tokens.OutputTokens,
            CachedTokens = tokens.CachedTokens,
            EstimatedCost = tokens.EstimatedCost,
            TotalDurationMs = total,
            ParallelEfficiency = total <= 0 ? 0 : Math.Round(timeline.WorkMs / total, 3),
            CriticalPathMs = timeline.CriticalPathMs,
            WorkMs = timeline.WorkMs,
            BoundMs = timeline.BoundMs,
        };
    }

    /// <summary>A step lasts from its first start for the sum of its work: the waits between attempts are not work.</summary>
    private static TimelineStep Timeline(StepProjection step, IReadOnlyList<int> dependsOn) => new(dependsOn)
    {
        Ready = step.ReadyAt,
        Started = step.StartedAt,
        Completed = step.StartedAt?.AddMilliseconds(step.DurationMs),
    };
}

/// <summary>Warns when the simulated model answered some steps of a run and a provider others: from the outputs a user cannot tell.</summary>
internal static class MixedAnswers
{
    /// <summary>Maximum number of steps that the warning names.</summary>
    private const int MaxNamed = 5;

    /// <summary>The warning; empty when there is nothing to warn of.</summary>
    /// <param name="run">What the latest attempt executes; null when it cannot be read.</param>
    public static IEnumerable<string> Warnings(PreparedRun? run, RunProjection projection)
    {
        if (run is null or { Mocks: not null })
        {
            yield break;
        }

        var answered = run.Steps
            .Where(step => step.Models.Count > 0
                && !step.Models.Any(SimulatedModelOptions.IsSimulated)
                && run.Given?.ContainsKey(step.Id) != true)
            .Select(step => (step.Id, Now: projection.Step(step.Id)))
            .Where(step => step.Now is { Status: StepStatus.Completed or StepStatus.Reused, FallbackUsed: false })
            .ToList();
        var simulated = answered.Where(step => step.Now.Simulated).Select(step => step.Id).ToList();
        if (simulated.Count == 0 || simulated.Count == answered.Count)
        {
            yield break;
        }

        var named = string.Join(", ", simulated.Take(MaxNamed).Select(id => $"'{id}'"));
        var more = simulated.Count > MaxNamed ? $" and {simulated.Count - MaxNamed} more" : "";
        var (steps, were) = simulated.Count == 1 ? ("Step", "was") : ("Steps", "were");
        yield return $"{steps} {named}{more} {were} answered by the simulated model with made-up texts, the others by a provider. "
            + "Restart the run to have all steps answered by the same kind of model.";
    }
}
