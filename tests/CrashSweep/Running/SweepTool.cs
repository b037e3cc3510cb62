using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Activities.Tools;

namespace Orchestrator.CrashSweep.Running;

/// <summary>The tool <c>scripted</c>: answers from a script and counts its calls, as <see cref="SweepModels"/> does.</summary>
internal sealed class SweepTool(SweepScript script, SweepDisk disk, SweepCalls calls, TimeProvider time) : ITool
{
    public string Name => "scripted";

    public string Description => "Answers as the sweep says.";

    public JsonObject InputSchema { get; } = new() { ["type"] = "object" };

    public async Task<JsonNode?> InvokeAsync(ToolCall call, CancellationToken cancellationToken)
    {
        var attempt = 1 + disk.CountRecords(call.StepId);
        calls.Add(call.StepId, attempt);
        var answer = script.Entry(call.StepId, attempt, call.Input.ToJsonString());
        if (answer.LatencyMs > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(answer.LatencyMs), time, cancellationToken);
        }

        return answer.Error is { } error ? throw new ToolException(error) : JsonSerializer.SerializeToNode(answer.Output);
    }
}
