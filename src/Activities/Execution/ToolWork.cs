using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Telemetry;
using Orchestrator.Activities.Tools;
using Orchestrator.Activities.Tools.Secrets;
using Orchestrator.Workflows.Mocks;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Activities.Execution;

/// <summary>
/// Does the work of a tool step: fills its input in, checks it, and calls the tool. The values of secrets go to the tool and nowhere else. Thread-safe.
/// </summary>
public sealed class ToolWork(ToolSet tools, ISecretSource secrets, AnswerCache cache, TimeProvider time, RunTelemetry telemetry)
{
    /// <exception cref="ToolException">The tool failed, or does not take the input.</exception>
    /// <exception cref="TemplateException">The input cannot be filled in.</exception>
    internal async Task<JsonNode?> RunAsync(StepCall call, CancellationToken cancellationToken)
    {
        var texts = StepTexts.Of(call.Run, call.Step);
        call.Values.Secrets = await FindSecretsAsync(texts, cancellationToken);
        var mask = new SecretMask(call.Values.Secrets.Values);
        try
        {
            var inputs = await StepInputs.LoadAsync(call.Run, call.Step, texts, call.Values, cancellationToken);
            var input = texts.Input?.Render(inputs.Lookup, inputs.Budget) ?? inputs.Named;
            call.Inputs = (JsonObject)mask.Apply((JsonNode)input)!;
            return call.Mock is { } mock ? await AnswerAsync(mock, cancellationToken)
                : call.Run.Mocks is not null && MockScript.NeedsMock(call.Step.Type, call.Step.Tool) ? Simulated(call)
                : await InvokeAsync(call, input, mask, cancellationToken);
        }
        catch (ToolException exception)
        {
            throw new ToolException(mask.Apply(exception.Error), exception);
        }
        catch (TemplateException exception)
        {
            throw new TemplateException(mask.Apply(exception.Message), exception);
        }
    }

    private async Task<JsonNode?> InvokeAsync(StepCall call, JsonObject input, SecretMask mask, CancellationToken cancellationToken)
    {
        var step = call.Step;
        var tool = tools.Find(step.Tool!) ?? throw new ToolException(ErrorKind.ToolNotFound, $"There is no tool '{step.Tool}' on this host.");
        ToolInputCheck.Require(tool, input);
        var key = step.Cache ? AnswerCache.Key(tool.Name, input) : null;
        if (key is not null && await cache.FindAsync(key, cancellationToken) is { } kept)
        {
            call.FromCache = true;
            return kept.Output;
        }

        var output = await ToldAsync(tool, call, input, mask, cancellationToken);
        if (key is not null && await cache.KeepAsync(key, output) is { } problem)
        {
            call.Warnings.Add($"Step '{step.Id}': {problem}");
        }

        return output;
    }

    /// <summary>The masked output, with a span of the call.</summary>
    private async Task<JsonNode?> ToldAsync(ITool tool, StepCall call, JsonObject input, SecretMask mask, CancellationToken cancellationToken)
    {
        using var span = telemetry.Work.StartTool(tool.Name, call.Inputs, time.GetUtcNow());
        JsonNode? output = null;
        ErrorKind? failure = ErrorKind.Cancelled;
        try
        {
            output = mask.Apply(await OutputAsync(tool, call, input, mask, cancellationToken));
            failure = null;
            return output;
        }
        catch (ToolException exception)
        {
            failure = exception.Error.Kind;
            throw;
        }
        finally
        {
            telemetry.Work.EndTool(span, output, failure, time.GetUtcNow());
        }
    }

    /// <summary>What a tool throws that it should not is its failure, too: it may have secrets in it, and a cancellation of its own is not the run's.</summary>
    private static async Task<JsonNode?> OutputAsync(ITool tool, StepCall call, JsonObject input, SecretMask mask, CancellationToken cancellationToken)
    {
        try
        {
            return await tool.InvokeAsync(
                new ToolCall
                {
                    Input = input,
                    RunId = call.Run.RunId,
                    StepId = call.Step.Id,
                    Attempt = call.Input.Attempt,
                    IdempotencyKey = $"{call.Run.RunId}.{call.Step.Id}.{call.Run.RunAttempt}-{call.Input.Turn}",
                },
                cancellationToken);
        }
        catch (Exception exception) when (exception is not ToolException && !cancellationToken.IsCancellationRequested)
        {
            throw new ToolException(ErrorKind.Internal, mask.Apply($"The tool '{tool.Name}' broke ({exception.GetType().Name}): {exception.Message}"));
        }
    }

    private async Task<Dictionary<string, string>> FindSecretsAsync(StepTexts texts, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in texts.SecretNames)
        {
            if (await secrets.FindAsync(name, cancellationToken) is { } value)
            {
                found[name] = value;
            }
        }

        return found;
    }

    /// <summary>The made-up result of a tool that a run with mocks does not call; its text says so.</summary>
    private static JsonObject Simulated(StepCall call) => call.Run.Mocks!.Else is not null
        ? new JsonObject { ["simulated"] = true, ["tool"] = call.Step.Tool, ["input"] = call.Inputs?.DeepClone() }
        : throw new ToolException(ErrorKind.InvalidInput, $"Step '{call.Step.Id}' has no mock, and a run with mocks calls no tool.");

    /// <summary>What a mock answers after its latency.</summary>
    /// <exception cref="ToolException">It is an error.</exception>
    internal async Task<JsonNode?> AnswerAsync(MockResponse mock, CancellationToken cancellationToken)
    {
        if (mock.LatencyMs > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(mock.LatencyMs), time, cancellationToken);
        }

        return mock.Error is { } error ? throw new ToolException(error) : JsonSerializer.SerializeToNode(mock.Output);
    }
}
