using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Errors;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Activities.Steps;

/// <summary>Does the work of one attempt, whatever the step's type, and makes a value of every way in which it can end. Thread-safe.</summary>
public sealed class StepWorker(CheckpointStore checkpoints, PromptWork prompts, ToolWork tools)
{
    /// <summary>The most bytes that an output may have: 10 MiB.</summary>
    public const int MaxOutputBytes = 10 * 1024 * 1024;

    /// <param name="takenOver">Another process worked on the attempt and is gone: what it may have spent counts.</param>
    /// <param name="onText">Gets an answer piece by piece; null for nobody.</param>
    /// <param name="limit">How long the attempt may take, for the error.</param>
    /// <param name="timeout">Fires when it has had that time.</param>
    /// <param name="cancellation">Fires when the work is not wanted any more: the result then has the error kind <c>cancelled</c>.</param>
    internal async Task<StepWork> RunAsync(
        PreparedRun run, ExecuteStepInput input, bool takenOver, Func<string, ValueTask>? onText, AttemptLimit limit, CancellationToken timeout,
        CancellationToken cancellation)
    {
        var call = new StepCall(run, input, new StepValues(run, checkpoints, input), onText) { TakenOver = takenOver };
        var step = call.Step;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout, cancellation);
        WorkflowError error;
        try
        {
            if (input.Turn > 1)
            {
                call.Values.Previous = (await checkpoints.FindTurnAsync(run.RunId, step.Id, run.RunAttempt, input.Attempt - 1, both.Token))?.Output;
            }

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
            // Whoever cancelled decides what it means; what was spent until then counts.
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

    /// <summary>What an attempt may have spent that the host ended: its input, estimated.</summary>
    internal async Task<StepWork> CountLostAsync(PreparedRun run, ExecuteStepInput input, CancellationToken cancellationToken)
    {
        var call = new StepCall(run, input, new StepValues(run, checkpoints, input), null) { TakenOver = true };
        if (call.Step.Type == StepType.Prompt)
        {
            await prompts.CountLostAsync(call, cancellationToken);
        }

        return Ended(call, new StepWork());
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
        FromCache = call.FromCache,
        Warnings = [.. call.Warnings, .. work.Warnings],
    };

    private static StepWork Finished(StepCall call, JsonNode? output)
    {
        var step = call.Step;
        var bytes = Encoding.UTF8.GetByteCount(StepTransform.Text(output));
        if (bytes > MaxOutputBytes)
        {
            return new StepWork
            {
                Error = new WorkflowError(
                    ErrorKind.PayloadTooLarge, $"The output of step '{step.Id}' has {bytes} bytes; {MaxOutputBytes} (10 MiB) are allowed."),
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
