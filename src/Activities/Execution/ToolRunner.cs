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
/// Does the work of a tool step: fills in and checks its input, and calls the tool. Only the tool receives the values of secrets. Thread-safe.
/// </summary>
public sealed class ToolRunner(ToolSet tools, ISecretSource secrets, AnswerCache cache, TimeProvider time, RunTelemetry telemetry)
{
    /// <summary>The output of the tool, of the mock, or of the cache; secrets are masked in it.</summary>
    /// <exception cref="ToolException">The tool failed or rejected the input.</exception>
    /// <exception cref="TemplateException">The input cannot be filled in.</exception>
    internal async Task<JsonNode?> RunAsync(AttemptContext call, CancellationToken cancellationToken)
    {
        var templates = StepTemplates.Of(call.Run, call.Step);
        call.Values.Secrets = await FindSecretsAsync(templates, cancellationToken);
        var mask = new SecretMask(call.Values.Secrets.Values);
        try
        {
            var inputs = await StepInputs.LoadAsync(call.Run, call.Step, templates, call.Values, cancellationToken);
            var input = templates.Input?.Render(inputs.Lookup, inputs.Budget) ?? inputs.Named;
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

    private async Task<JsonNode?> InvokeAsync(AttemptContext call, JsonObject input, SecretMask mask, CancellationToken cancellationToken)
    {
        var step = call.Step;
        var tool = tools.Find(step.Tool!)
            ?? throw new ToolException(ErrorKind.ToolNotFound, $"There is no tool '{step.Tool}' on this host.");
        ToolInputCheck.Require(tool, input);
        var key = step.Cache ? AnswerCache.Key(tool.Name, input) : null;
        if (key is not null && await cache.FindAsync(key, cancellationToken) is { } kept)
        {
            call.FromCache = true;
            return kept.Output;
        }

        var output = await TracedAsync(tool, call, input, mask, cancellationToken);
        if (key is not null && await cache.KeepAsync(key, output) is { } problem)
        {
            call.Warnings.Add($"Step '{step.Id}': {problem}");
        }

        return output;
    }

    /// <summary>Calls the tool within a span, and masks its output.</summary>
    private async Task<JsonNode?> TracedAsync(
        ITool tool, AttemptContext call, JsonObject input, SecretMask mask, CancellationToken cancellationToken)
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

    /// <summary>
    /// Calls the tool. An unexpected exception fails the step, too: its message may contain secrets and is masked, and a cancellation of the tool's
    /// own does not cancel the run.
    /// </summary>
    private static async Task<JsonNode?> OutputAsync(
        ITool tool, AttemptContext call, JsonObject input, SecretMask mask, CancellationToken cancellationToken)
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
            throw new ToolException(
                ErrorKind.Internal, mask.Apply($"The tool '{tool.Name}' broke ({exception.GetType().Name}): {exception.Message}"));
        }
    }

    private async Task<Dictionary<string, string>> FindSecretsAsync(StepTemplates templates, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var name in templates.SecretNames)
        {
            if (await secrets.FindAsync(name, cancellationToken) is { } value)
            {
                found[name] = value;
            }
        }

        return found;
    }

    /// <summary>The result of a tool that a run with mocks does not call; it says that it is simulated.</summary>
    /// <exception cref="ToolException">The mocks are complete (no <c>else</c>), and the step has none.</exception>
    private static JsonObject Simulated(AttemptContext call) => call.Run.Mocks!.Else is not null
        ? new JsonObject { ["simulated"] = true, ["tool"] = call.Step.Tool, ["input"] = call.Inputs?.DeepClone() }
        : throw new ToolException(ErrorKind.InvalidInput, $"Step '{call.Step.Id}' has no mock, and a run with mocks calls no tool.");

    /// <summary>The output of a mock, after its latency.</summary>
    /// <exception cref="ToolException">The mock is an error.</exception>
    internal async Task<JsonNode?> AnswerAsync(MockResponse mock, CancellationToken cancellationToken)
    {
        if (mock.LatencyMs > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(mock.LatencyMs), time, cancellationToken);
        }

        return mock.Error is { } error ? throw new ToolException(error) : JsonSerializer.SerializeToNode(mock.Output);
    }
}
