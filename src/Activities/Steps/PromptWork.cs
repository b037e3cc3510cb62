using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Mocks;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Runs;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Templates;
using Orchestrator.Workflows.Transforms;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Steps;

/// <summary>Does the work of a prompt step: fills the prompt in, calls the model, transforms the answer. Thread-safe.</summary>
public sealed class PromptWork(CheckpointStore checkpoints, IChatClientFactory models, PriceTable prices, TimeProvider time)
{
    /// <summary>The most bytes that an output may have: 10 MiB.</summary>
    public const int MaxOutputBytes = 10 * 1024 * 1024;

    /// <param name="onText">Gets the answer piece by piece; null for nobody.</param>
    /// <param name="limit">How long the attempt may take, for the error.</param>
    /// <param name="timeout">Fires when it has had that time.</param>
    /// <param name="cancellation">Fires when the work is not wanted any more: the result then has the error kind <c>cancelled</c>.</param>
    internal async Task<StepWork> RunAsync(
        PreparedRun run, ExecuteStepInput call, Func<string, ValueTask>? onText, AttemptLimit limit, CancellationToken timeout,
        CancellationToken cancellation)
    {
        var step = run.Steps[call.Step];
        var prompt = run.Prompts[step.Prompt];
        PromptCall? asked = null;
        JsonObject? named = null;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout, cancellation);
        WorkflowError error;
        try
        {
            var inputs = await PromptInputs.LoadAsync(run, call, checkpoints, both.Token);
            named = inputs.Named;
            asked = new PromptCall(Client(run, step, call), new PromptRequest
            {
                Prompt = prompt.Template.HasPlaceholders
                    ? prompt.Template.Render(inputs.Lookup)
                    : PromptText.WithInputs(prompt.Template.Render(inputs.Lookup), inputs.Named),
                System = prompt.SystemTemplate?.Render(inputs.Lookup),
                Model = step.Model,
                Temperature = step.Temperature,
                MaxTokens = step.MaxTokens,
            });
            return Answered(step, named, await asked.RunAsync(onText, both.Token));
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
        catch (ModelException exception)
        {
            error = exception.Error;
        }
        catch (TemplateException exception)
        {
            error = new WorkflowError(ErrorKind.TemplateError, $"The prompt of step '{step.Id}' cannot be filled in: {exception.Message}");
        }

        return new StepWork { Inputs = named, Usage = WithCost(step, asked?.Usage ?? default), Error = error };
    }

    private IChatClient Client(PreparedRun run, PreparedStep step, ExecuteStepInput call) =>
        run.Mocks?.Entry(step.Id, call.Attempt - 1) is { } mock ? new MockChatClient(mock, time) : models.Create(step.Model);

    private StepWork Answered(PreparedStep step, JsonObject inputs, PromptResult answer)
    {
        var work = new StepWork
        {
            Inputs = inputs,
            Usage = WithCost(step, answer.Usage),
            Warnings = answer.CutOff ? [$"The answer of step '{step.Id}' was cut off at its token limit."] : [],
        };
        var bytes = Encoding.UTF8.GetByteCount(answer.Text);
        if (bytes > MaxOutputBytes)
        {
            return work with
            {
                Error = new WorkflowError(
                    ErrorKind.PayloadTooLarge, $"The output of step '{step.Id}' has {bytes} bytes; {MaxOutputBytes} (10 MiB) are allowed."),
            };
        }

        work = work with { Output = JsonValue.Create(answer.Text) };
        if (step.Transform is null || !OutputTransform.TryGet(step.Transform, out var transform))
        {
            return work;
        }

        var transformed = transform.Apply(answer.Text);
        return work with
        {
            Transformed = transformed.Value,
            Warnings = transformed.Warning is null ? work.Warnings : [.. work.Warnings, $"Step '{step.Id}': {transformed.Warning}"],
        };
    }

    private TokenUsage WithCost(PreparedStep step, TokenUsage usage) =>
        usage with { EstimatedCost = prices.Cost(step.Model, usage.InputTokens, usage.OutputTokens, usage.CachedTokens) ?? 0 };
}
