using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Mocks;
using Orchestrator.Activities.Tools;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Templates;

namespace Orchestrator.Activities.Steps;

/// <summary>Does the work of a tool step: fills its input in, checks it, and calls the tool. Thread-safe.</summary>
public sealed class ToolWork(ToolSet tools, AnswerCache cache, TimeProvider time)
{
    /// <exception cref="ToolException">The tool failed, or does not take the input.</exception>
    /// <exception cref="TemplateException">The input cannot be filled in.</exception>
    internal async Task<JsonNode?> RunAsync(StepCall call, CancellationToken cancellationToken)
    {
        var (run, step) = (call.Run, call.Step);
        var texts = StepTexts.Of(run, step);
        var inputs = await StepInputs.LoadAsync(run, step, texts, call.Values, cancellationToken);
        var input = (JsonObject)(texts.Input?.Render(inputs.Lookup) ?? inputs.Named);
        call.Inputs = input;
        if (run.Mocks?.Entry(step.Id, call.Input.Attempt - 1) is { } mock)
        {
            return await AnswerAsync(mock, cancellationToken);
        }

        var tool = tools.Find(step.Tool!) ?? throw new ToolException(ErrorKind.ToolNotFound, $"There is no tool '{step.Tool}' on this host.");
        ToolInputCheck.Require(tool, input);
        var key = step.Cache ? AnswerCache.Key(tool.Name, input) : null;
        if (key is not null && await cache.FindAsync(key, cancellationToken) is { } kept)
        {
            call.FromCache = true;
            return kept.Output;
        }

        var output = await tool.InvokeAsync(
            new ToolCall
            {
                Input = input,
                RunId = run.RunId,
                StepId = step.Id,
                Attempt = call.Input.Attempt,
                IdempotencyKey = $"{run.RunId}.{step.Id}.{run.RunAttempt}",
            },
            cancellationToken);
        if (key is not null)
        {
            await cache.KeepAsync(key, output, cancellationToken);
        }

        return output;
    }

    private async Task<JsonNode?> AnswerAsync(MockResponse mock, CancellationToken cancellationToken)
    {
        if (mock.LatencyMs > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(mock.LatencyMs), time, cancellationToken);
        }

        return mock.Error is { } error ? throw new ToolException(error) : JsonSerializer.SerializeToNode(mock.Output);
    }
}
