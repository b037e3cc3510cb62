using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Usage;

namespace Orchestrator.Testing.Rules;

/// <summary>The answers of a case, by step and attempt.</summary>
internal sealed class RulesAnswers
{
    private static readonly RulesAnswer Standard = new(0, "ok", null, default);

    private readonly RulesAnswer[][] _answers;
    private readonly int[] _next;

    public RulesAnswers(RulesPlan plan, JsonObject answers)
    {
        _answers = [.. plan.Run.Steps.Select(
            step => answers[step.Id] is JsonArray { Count: > 0 } said ? said.Select(answer => Read(answer!)).ToArray() : [Standard])];
        _next = new int[_answers.Length];
    }

    /// <summary>The next answer of the step; the last one repeats.</summary>
    public RulesAnswer Take(int step) => _answers[step][Math.Min(_next[step]++, _answers[step].Length - 1)];

    private static RulesAnswer Read(JsonNode answer)
    {
        var usage = answer["usage"];
        var error = answer["error"];
        var kind = error is null ? default : error["kind"].Deserialize<ErrorKind>();
        return new RulesAnswer(
            (int?)answer["latencyMs"] ?? 0,
            (string?)answer["output"],
            error is null
                ? null
                : new WorkflowError(kind, "It failed.") { Retryable = WorkflowError.IsTransient(kind), RetryAfterMs = (int?)error["retryAfterMs"] },
            new TokenUsage { InputTokens = (int?)usage?["inputTokens"] ?? 0, OutputTokens = (int?)usage?["outputTokens"] ?? 0 });
    }
}

internal sealed record RulesAnswer(int LatencyMs, string? Output, WorkflowError? Error, TokenUsage Usage);
