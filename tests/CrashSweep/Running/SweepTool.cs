using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Mocks;
using Orchestrator.Activities.Tools;

namespace Orchestrator.CrashSweep.Running;

/// <summary>The tool <c>scripted</c>: answers from a script and counts its calls.</summary>
internal sealed class SweepTool(MockScript script, SweepCalls calls, TimeProvider time) : ITool
{
    public string Name => "scripted";

    public string Description => "Answers as the sweep says.";

    public JsonObject InputSchema { get; } = new() { ["type"] = "object" };

    public async Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        calls.Add(call.StepId, call.Attempt);
        var answer = script.Entry(call.StepId, call.Attempt - 1)
            ?? throw new InvalidOperationException($"The sweep has no answer for the step '{call.StepId}'.");
        if (answer.LatencyMs > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(answer.LatencyMs), time, cancellationToken);
        }

        return answer.Error is { } error ? throw new ToolException(error) : JsonSerializer.SerializeToNode(answer.Output);
    }
}
