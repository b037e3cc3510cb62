using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Errors;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Templates;
using Orchestrator.Workflows.Transforms;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Does the work of one attempt by the step's type, and returns its result, also when it fails, times out or is cancelled. Thread-safe.
/// </summary>
public sealed class StepRunner(CheckpointStore checkpoints, PromptRunner prompts, ToolRunner tools)
{
    /// <summary>Does the work of the attempt.</summary>
    /// <param name="lost">
    /// How many requests of the attempt may have been paid for by executions without a checkpoint: they count in the usage.
    /// </param>
    /// <param name="onText">Receives the answer piece by piece; null: no receiver.</param>
    /// <param name="limit">How long the attempt may take, for the error.</param>
    /// <param name="timeout">Fires when that time has passed.</param>
    /// <param name="cancellation">Fires when the work is cancelled: the result then has the error kind <c>cancelled</c>.</param>
    internal async Task<AttemptResult> RunAsync(
        PreparedRun run, ExecuteStepInput input, int lost, Action<string>? onText, AttemptLimit limit, CancellationToken timeout,
        CancellationToken cancellation)
    {
        var call = new AttemptContext(run, input, new StepValues(run, checkpoints, input), onText) { Lost = lost };
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
                StepType.Merge => await MergeRunner.RunAsync(call, both.Token),
                _ => await prompts.RunAsync(call, both.Token),
            };
            return Ended(call, Finished(call, output));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && timeout.IsCancellationRequested)
        {
            var allAttempts = limit.Level == "step" ? " for all attempts (stepTimeout)" : "";
            error = new WorkflowError(ErrorKind.Timeout, $"Step '{step.Id}' was not done within {limit.LimitMs} ms{allAttempts}.")
            {
                Retryable = limit.Level == "attempt",
                Details = new JsonObject { ["level"] = limit.Level, ["timeoutMs"] = limit.LimitMs },
            };
        }
        catch (OperationCanceledException)
        {
            // The caller knows why it cancelled. What was spent until now counts.
            error = new WorkflowError(ErrorKind.Cancelled, $"Step '{step.Id}' was cancelled.");
        }
        catch (WorkflowErrorException exception)
        {
            error = exception.Error;
        }
        catch (TemplateException exception)
        {
            error = new WorkflowError(ErrorKind.TemplateError, $"{TemplateOf(step)} of step '{step.Id}' cannot be filled in: {exception.Message}");
        }

        return Ended(call, new AttemptResult { Error = error });
    }

    /// <summary>Adds the estimated input of lost requests to the result of an attempt that ends without work.</summary>
    /// <param name="lost">How many requests of the attempt may have been paid for by executions without a checkpoint.</param>
    internal async Task<AttemptResult> AddLostAsync(
        PreparedRun run, ExecuteStepInput input, AttemptResult end, int lost, CancellationToken cancellationToken)
    {
        if (lost == 0)
        {
            return end;
        }

        var call = new AttemptContext(run, input, new StepValues(run, checkpoints, input), null) { Lost = lost };
        try
        {
            await LoadPreviousAsync(call, cancellationToken);
            await prompts.CountLostAsync(call, cancellationToken);
        }
        catch (UnreadableRecordException problem)
        {
            // The request can no longer be estimated; the warning says that there may have been one.
            call.Usage += new TokenUsage { Estimated = true };
            var (executions, they) = lost == 1 ? ("1 execution", "it") : ($"{lost} executions", "they");
            call.Warnings.Add(
                $"Step '{call.Step.Id}': {executions} of this attempt ended without a record, and what {they} may have cost is not counted: "
                + problem.Message);
        }

        return Ended(call, end);
    }

    /// <summary>Loads the output of the turn before, for the templates of this one.</summary>
    private async Task LoadPreviousAsync(AttemptContext call, CancellationToken cancellationToken)
    {
        if (call.Input.Turn > 1)
        {
            call.Values.Previous = (await checkpoints.FindTurnAsync(
                call.Run.Identity, call.Step.Id, call.Run.RunAttempt, call.Input.Attempt - 1, cancellationToken))?.Output;
        }
    }

    private static string TemplateOf(PreparedStep step) => step.Type switch
    {
        StepType.Tool => "The input",
        StepType.Merge => "The merge",
        _ => "The prompt",
    };

    /// <summary>The result with what was collected during the work.</summary>
    private static AttemptResult Ended(AttemptContext call, AttemptResult result) => result with
    {
        Inputs = call.Inputs,
        Usage = call.Usage,
        Model = call.Model,
        Simulated = call.Simulated,
        FromCache = call.FromCache,
        Warnings = [.. call.Warnings, .. result.Warnings],
    };

    /// <summary>The result of a successful attempt: the output with its transform, or an error when it is too large.</summary>
    private static AttemptResult Finished(AttemptContext call, JsonNode? output)
    {
        var step = call.Step;
        var bytes = Encoding.UTF8.GetByteCount(WorkflowJson.Text(output));
        if (bytes > DefinitionLimits.MaxOutputBytes)
        {
            return new AttemptResult
            {
                Error = new WorkflowError(
                    ErrorKind.PayloadTooLarge,
                    $"The output of step '{step.Id}' has {bytes} bytes; {DefinitionLimits.MaxOutputBytes} (10 MiB) are allowed."),
            };
        }

        if (OutputTransform.Apply(step.Transform, output) is not { } transformed)
        {
            return new AttemptResult { Output = output };
        }

        return new AttemptResult
        {
            Output = output,
            Transformed = transformed.Value,
            Warnings = transformed.Warning is null ? [] : [$"Step '{step.Id}': {transformed.Warning}"],
        };
    }
}

/// <summary>The result of one attempt, successful or not.</summary>
internal sealed record AttemptResult
{
    public JsonObject? Inputs { get; init; }

    /// <summary>Whether the step's condition is false.</summary>
    public bool Skipped { get; init; }

    /// <summary>Whether the output is a substitute: a fallback value, or the output of a fallback step.</summary>
    public bool FallbackUsed { get; init; }

    public JsonNode? Output { get; init; }

    public JsonNode? Transformed { get; init; }

    public IReadOnlyList<string> Warnings { get; init; } = [];

    public TokenUsage Usage { get; init; }

    /// <summary>The model that was called last; null when none was.</summary>
    public string? Model { get; init; }

    /// <summary>Whether the simulated model answered instead of the model.</summary>
    public bool Simulated { get; init; }

    /// <summary>Whether the output came from the cache of answers.</summary>
    public bool FromCache { get; init; }

    /// <summary>The failure; null when it succeeded.</summary>
    public WorkflowError? Error { get; init; }
}

/// <summary>How long the work on one attempt may take, and which setting limits it.</summary>
/// <param name="Level"><c>attempt</c> for the step's timeout, <c>step</c> for its stepTimeout; the error's details contain it.</param>
/// <param name="LimitMs">The setting's value in milliseconds.</param>
internal readonly record struct AttemptLimit(TimeSpan Duration, string Level, int LimitMs)
{
    /// <summary>The limit that ends first. The time for all attempts begins with the first one.</summary>
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

/// <summary>Does the work of a merge step: combines values of earlier steps.</summary>
internal static class MergeRunner
{
    /// <summary>The merged value.</summary>
    /// <exception cref="TemplateException">A value is missing, or the text cannot be filled in.</exception>
    public static async Task<JsonNode?> RunAsync(AttemptContext call, CancellationToken cancellationToken)
    {
        var merge = call.Step.Merge!;
        var templates = StepTemplates.Of(call.Run, call.Step);
        var inputs = await StepInputs.LoadAsync(call.Run, call.Step, templates, call.Values, cancellationToken);
        call.Inputs = inputs.Named;
        return merge.Mode switch
        {
            MergeStepMode.Template => JsonValue.Create(templates.Merge!.Render(inputs.Lookup, inputs.Budget)),
            MergeStepMode.Array => MergedValue.Of(MergeMode.Array, inputs.Named),
            MergeStepMode.Concat => MergedValue.Of(MergeMode.Concat, inputs.Named, merge.Separator),
            _ => MergedValue.Of(MergeMode.Object, inputs.Named),
        };
    }
}
