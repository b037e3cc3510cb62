using System.Text.Json.Nodes;
using Orchestrator.Activities.Tools;

namespace Orchestrator.Activities.Tests.Tools;

/// <summary>Invokes tools as the step executor does: the input is checked first.</summary>
internal static class ToolCalls
{
    public const string Key = "run.step.1";

    public static Task<JsonNode?> CallAsync(this ITool tool, JsonObject input, CancellationToken cancellationToken = default)
    {
        ToolInputCheck.Require(tool, input);
        return tool.InvokeAsync(new ToolCall { Input = input, RunId = "run", StepId = "step", Attempt = 1, IdempotencyKey = Key }, cancellationToken);
    }

    public static Task<JsonNode?> CallAsync(this ITool tool, string input, CancellationToken cancellationToken = default) =>
        tool.CallAsync((JsonObject)JsonNode.Parse(input)!, cancellationToken);

    public static async Task<ToolException> FailAsync(this ITool tool, string input) =>
        await Assert.ThrowsAsync<ToolException>(() => tool.CallAsync(input));
}
