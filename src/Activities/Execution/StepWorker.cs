using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Errors;
using Orchestrator.Activities.Records;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Templates;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Execution;

/// <summary>Does the work of one attempt, whatever the step's type, and makes a value of every way in which it can end. Thread-safe.</summary>
public sealed class StepWorker(CheckpointStore checkpoints, PromptWork prompts, ToolWork tools)
{
    /// <param name="lost">How many requests of the attempt may have been paid for by executions that left no record: they count.</param>
    /// <param name="onText">Gets an answer piece by piece; null: no receiver.</param>
    /// <param name="limit">How long the attempt may take, for the error.</param>
    /// <param name="timeout">Fires when it has had that time.</param>
    /// <param name="cancellation">Fires when the work is not wanted any more: the result then has the error kind <c>cancelled</c>.</param>
    internal async Task<StepWork> RunAsync(
        PreparedRun run, ExecuteStepInput input, int lost, Action<string>? onText, AttemptLimit limit, CancellationToken timeout,
        CancellationToken cancellation)
    {
        var call = new StepCall(run, input, new StepValues(run, checkpoints, input), onText) { Lost = lost };
        var step = call.Step;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout, cancellation);
        WorkflowError error;
        try
        {
            await LoadPreviousAsync(call, both.Token);
            var output = step.Type switch
            {
                StepType.Tool => await tools.RunAsync(call, both.Token),
                StepType.Merge when call.Mock is { } mock => await tools.AnswerAsync(mock, both.Token),
                StepType.Merge => await MergeWork.RunAsync(call, both.Token),
                _ => await prompts.RunAsync(call, both.Token),
            };
            return Ended(call, Finished(call, output));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && timeout.IsCancellationRequested)
        {
            error = new WorkflowError(ErrorKind.Timeout, $"Step '{step.Id}' was not done within {limit.LimitMs} ms{(limit.Level == "step" ? " for all attempts (stepTimeout)" : "")}.")
            {
                Retryable = limit.Level == "attempt",
                Details = new JsonObject { ["level"] = limit.Level, ["timeoutMs"] = limit.LimitMs },
            };
        }
        catch (OperationCanceledException)
        {
            // The caller that cancelled decides what it means; what was spent until then counts.
            error = new WorkflowError(ErrorKind.Cancelled, $"Step '{step.Id}' was cancelled.");
        }
        catch (WorkflowErrorException exception)
        {
            error = exception.Error;
        }
        catch (TemplateException exception)
        {
            error = new WorkflowError(ErrorKind.TemplateError, $"{Texts(step)} of step '{step.Id}' cannot be filled in: {exception.Message}");
        }

        return Ended(call, new StepWork { Error = error });
    }

    /// <summary>Adds to the end of an attempt that is not worked on any more what earlier executions of it may have spent: the input, estimated, of each request.</summary>
    internal async Task<StepWork> AddLostAsync(PreparedRun run, ExecuteStepInput input, StepWork end, int lost, CancellationToken cancellationToken)
    {
        if (lost == 0)
        {
            return end;
        }

        var call = new StepCall(run, input, new StepValues(run, checkpoints, input), null) { Lost = lost };
        try
        {
            await LoadPreviousAsync(call, cancellationToken);
            await prompts.CountLostAsync(call, cancellationToken);
        }
        catch (UnreadableRecordException problem)
        {
            // What was asked is not known any more; that something may have been is said.
            call.Usage += new TokenUsage { Estimated = true };
            call.Warnings.Add(
                $"Step '{call.Step.Id}': {(lost == 1 ? "1 execution" : $"{lost} executions")} of this attempt ended without a record, and what "
                + $"{(lost == 1 ? "it" : "they")} may have cost is not counted: {problem.Message}");
        }

        return Ended(call, end);
    }

    /// <summary>The result of the turn before, for the texts of the next one.</summary>
    private async Task LoadPreviousAsync(StepCall call, CancellationToken cancellationToken)
    {
        if (call.Input.Turn > 1)
        {
            call.Values.Previous = (await checkpoints.FindTurnAsync(
                call.Run.Identity, call.Step.Id, call.Run.RunAttempt, call.Input.Attempt - 1, cancellationToken))?.Output;
        }
    }

    private static string Texts(PreparedStep step) => step.Type switch
    {
        StepType.Tool => "The input",
        StepType.Merge => "The merge",
        _ => "The prompt",
    };

    private static StepWork Ended(StepCall call, StepWork work) => work with
    {
        Inputs = call.Inputs,
        Usage = call.Usage,
        Model = call.Model,
        Simulated = call.Simulated,
        FromCache = call.FromCache,
        Warnings = [.. call.Warnings, .. work.Warnings],
    };

    private static StepWork Finished(StepCall call, JsonNode? output)
    {
        var step = call.Step;
        var bytes = Encoding.UTF8.GetByteCount(StepTransform.Text(output));
        if (bytes > DefinitionLimits.MaxOutputBytes)
        {
            return new StepWork
            {
                Error = new WorkflowError(
                    ErrorKind.PayloadTooLarge, $"The output of step '{step.Id}' has {bytes} bytes; {DefinitionLimits.MaxOutputBytes} (10 MiB) are allowed."),
            };
        }

        if (StepTransform.Apply(step.Transform, output) is not { } transformed)
        {
            return new StepWork { Output = output };
        }

        return new StepWork
        {
            Output = output,
            Transformed = transformed.Value,
            Warnings = transformed.Warning is null ? [] : [$"Step '{step.Id}': {transformed.Warning}"],
        };
    }
}

/// <summary>The result of the work on one attempt, success or not.</summary>
internal sealed record StepWork
{
    public JsonObject? Inputs { get; init; }

    /// <summary>The step's condition is false.</summary>
    public bool Skipped { get; init; }

    /// <summary>The output is that of another step.</summary>
    public bool FallbackUsed { get; init; }

    public JsonNode? Output { get; init; }

    public JsonNode? Transformed { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public TokenUsage Usage { get; init; }

    /// <summary>The model that was asked last; null when none was.</summary>
    public string? Model { get; init; }

    /// <summary>The simulation answered in the model's place.</summary>
    public bool Simulated { get; init; }

    /// <summary>The output was kept from an earlier request.</summary>
    public bool FromCache { get; init; }

    /// <summary>The failure; null when it succeeded.</summary>
    public WorkflowError? Error { get; init; }
}

/// <summary>How long the work on one attempt may take, and which setting says so.</summary>
/// <param name="Level"><c>attempt</c> for the step's timeout, <c>step</c> for its stepTimeout: what the error's details name.</param>
internal readonly record struct AttemptLimit(TimeSpan Duration, string Level, int LimitMs)
{
    /// <summary>The nearer of the two limits. The first attempt begins the time of all.</summary>
    public static AttemptLimit Of(PreparedRun run, ExecuteStepInput call, DateTimeOffset now)
    {
        var step = run.Steps[call.Step];
        var attempt = TimeSpan.FromMilliseconds(step.TimeoutMs);
        if (run.Plan.Steps[call.Step].StepTimeoutMs is not { } all)
        {
            return new(attempt, "attempt", step.TimeoutMs);
        }

        var left = call.Deadline is { } deadline ? deadline - now : TimeSpan.FromMilliseconds(all);
        return left < attempt ? new(left > TimeSpan.Zero ? left : TimeSpan.Zero, "step", all) : new(attempt, "attempt", step.TimeoutMs);
    }
}
