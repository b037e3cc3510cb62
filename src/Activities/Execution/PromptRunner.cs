using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Orchestrator.Activities.Models;
using Orchestrator.Activities.Models.Mocks;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Templates;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Does the work of a prompt step: fills in the prompt and calls the model, or the next model when it is not available. Thread-safe.
/// </summary>
public sealed class PromptRunner(IChatClientFactory models, AnswerCache cache, PriceTable prices, TimeProvider time, RunTelemetry telemetry)
{
    /// <summary>The answer of the model, of the mock, or of the cache.</summary>
    /// <exception cref="ModelException">The model, or the last of several, failed.</exception>
    /// <exception cref="TemplateException">The prompt cannot be filled in.</exception>
    internal async Task<JsonNode?> RunAsync(AttemptContext call, CancellationToken cancellationToken)
    {
        var request = await RequestAsync(call, cancellationToken);
        AddLost(call, request);
        if (call.Mock is { } mock)
        {
            return (await AskAsync(call, new MockChatClient(mock, time), request with { Model = call.Step.Models[0] }, cancellationToken)).Output;
        }

        for (var index = 0; ; index++)
        {
            var model = call.Step.Models[index];
            try
            {
                var reasoning = call.Step.Reasoning ?? DefaultModel.ReasoningOf(model);
                return await CachedAsync(call, request with { Model = model, Reasoning = reasoning }, cancellationToken);
            }
            catch (FailedBeforeFirstTokenException exception) when (index < call.Step.Models.Count - 1)
            {
                call.Warnings.Add(
                    $"Step '{call.Step.Id}': the model '{model}' was not available ({exception.Error.Message}), "
                    + $"and '{call.Step.Models[index + 1]}' was asked.");
            }
        }
    }

    /// <summary>Adds the estimated input of lost requests. A prompt that cannot be filled in was never sent.</summary>
    internal async Task CountLostAsync(AttemptContext call, CancellationToken cancellationToken)
    {
        try
        {
            AddLost(call, await RequestAsync(call, cancellationToken));
        }
        catch (TemplateException)
        {
            return;
        }
    }

    /// <summary>Adds the estimated input of each lost request to the usage, with a warning.</summary>
    private void AddLost(AttemptContext call, PromptRequest request)
    {
        if (call.Lost == 0)
        {
            return;
        }

        var model = call.Step.Models[0];
        var lost = new TokenUsage
        {
            InputTokens = TokenEstimate.FromCharacters(request.Prompt.Length + (long)(request.System?.Length ?? 0)),
            Estimated = true,
        };
        lost = lost with { EstimatedCost = prices.CostOf(model, lost) };
        call.Model = model;
        for (var count = 0; count < call.Lost; count++)
        {
            call.Usage += lost;
        }

        var requests = call.Lost == 1 ? "1 request" : $"{call.Lost} requests";
        call.Warnings.Add(
            $"Step '{call.Step.Id}': the input of {requests} of this attempt is counted as an estimate: "
            + "it may have been paid for, and its execution ended without a record.");
    }

    private static async Task<PromptRequest> RequestAsync(AttemptContext call, CancellationToken cancellationToken)
    {
        var (run, step) = (call.Run, call.Step);
        var templates = StepTemplates.Of(run, step);
        var prompt = templates.Prompt!;
        var inputs = await StepInputs.LoadAsync(run, step, templates, call.Values, cancellationToken);
        if (step.Mapping is null)
        {
            await inputs.AddInReachAsync(call.Input.Step, prompt.Template.HasPlaceholders, cancellationToken);
        }

        call.Inputs = inputs.Named;
        Check(call, prompt, inputs);
        var text = prompt.Template.Render(inputs.Lookup, inputs.Budget);
        return new PromptRequest
        {
            Prompt = prompt.Template.HasPlaceholders ? text : PromptText.WithInputs(text, inputs.Named, inputs.Budget),
            System = prompt.SystemTemplate?.Render(inputs.Lookup, inputs.Budget),
            Temperature = step.Temperature,
            MaxTokens = step.MaxTokens,
        };
    }

    /// <summary>Checks the values against the inputs that the prompt declares, before the model is paid.</summary>
    /// <exception cref="TemplateException">A value does not fit.</exception>
    private static void Check(AttemptContext call, PreparedPrompt prompt, StepInputs inputs)
    {
        foreach (var input in prompt.Inputs)
        {
            if (inputs.Named[input.Name] is { } value && input.Violation(value) is { } violation)
            {
                throw new TemplateException($"The input '{input.Name}' of the prompt '{prompt.Slug}' {violation}.");
            }
        }
    }

    /// <summary>The client for a model. A run with mocks never uses the clients of the host, so that no provider is called.</summary>
    private IChatClient Client(PreparedRun run, string model) =>
        run.Mocks is { } mocks ? MockClients.For(mocks, model, time) : models.Create(model);

    /// <summary>The cached answer, or that of the model, which is then cached.</summary>
    private async Task<JsonNode?> CachedAsync(AttemptContext call, PromptRequest request, CancellationToken cancellationToken)
    {
        var client = Client(call.Run, request.Model!);
        call.Simulated = call.Run.Mocks is null && models.IsSubstituted(request.Model!);
        if (!call.Step.Cache)
        {
            return (await AskAsync(call, client, request, cancellationToken)).Output;
        }

        var key = AnswerCache.Key(request, client);
        if (await cache.FindAsync(key, cancellationToken) is { } kept)
        {
            (call.Model, call.FromCache) = (request.Model, true);
            return kept.Output;
        }

        var (output, isWhole) = await AskAsync(call, client, request, cancellationToken);
        if (isWhole && await cache.KeepAsync(key, output) is { } problem)
        {
            call.Warnings.Add($"Step '{call.Step.Id}': {problem}");
        }

        return output;
    }

    /// <summary>Calls the model, and adds the usage, warnings, span and metrics of the call.</summary>
    private async Task<(JsonNode? Output, bool IsWhole)> AskAsync(
        AttemptContext call, IChatClient client, PromptRequest request, CancellationToken cancellationToken)
    {
        call.Model = request.Model;
        var asked = new PromptCall(client, request, time);
        using var span = telemetry.Work.StartCall(call.Run, call.Step, client, request, time.GetUtcNow());
        ErrorKind? failure = ErrorKind.Internal;
        var began = time.GetTimestamp();
        try
        {
            var answer = await asked.RunAsync(call.OnText, cancellationToken);
            failure = null;
            if (answer.CutOff)
            {
                call.Warnings.Add($"The answer of step '{call.Step.Id}' was cut off at its token limit.");
            }

            if (answer.UnknownFinish is { } reason)
            {
                call.Warnings.Add(
                    $"The model ended the answer of step '{call.Step.Id}' for a reason that is not known ('{reason}'). "
                    + "Check that the answer is whole.");
            }

            return (JsonValue.Create(answer.Text), answer.IsWhole);
        }
        catch (ModelException exception)
        {
            failure = exception.Error.Kind;
            if (asked.Text.Length == 0 && exception.Error.Kind is ErrorKind.Unavailable or ErrorKind.RateLimited or ErrorKind.CircuitOpen)
            {
                throw new FailedBeforeFirstTokenException(exception);
            }

            throw;
        }
        catch (OperationCanceledException)
        {
            failure = ErrorKind.Cancelled;
            throw;
        }
        finally
        {
            // Failed and aborted requests cost tokens too.
            var usage = asked.Usage with { EstimatedCost = prices.CostOf(request.Model!, asked.Usage) };
            call.Usage += usage;
            telemetry.Work.EndCall(span, usage, asked, failure, time.GetUtcNow());
            telemetry.Metrics.Called(client, request.Model!, usage, failure, time.GetElapsedTime(began));
        }
    }

    /// <summary>The model failed without any text, so the next model may be called without mixing two answers.</summary>
    private sealed class FailedBeforeFirstTokenException(ModelException cause) : ModelException(cause.Error, cause);
}
