using Orchestrator.Workflows.Planning;

namespace Orchestrator.Workflows.Tests.Scheduling;

/// <summary>Plans for tests, without pacing and retries unless given.</summary>
internal static class Plans
{
    public static RunPlan Of(int maxParallelism, params GraphStep[] steps) =>
        new() { RunId = "run", Steps = steps, MaxParallelism = maxParallelism, ParallelBatchDelayMs = 0 };

    public static GraphStep Step(string id, params int[] dependsOn) => new(id) { DependsOn = dependsOn, EstimatedMs = 1000 };

    public static RunPlan Chain(int length, int maxParallelism = 10) =>
        Of(maxParallelism, [.. Enumerable.Range(0, length).Select(step => Step($"s{step}", step == 0 ? [] : [step - 1]))]);

    /// <summary>The shape of seed 000's example: four in parallel, then two that need all four.</summary>
    public static RunPlan Cfas(int maxParallelism = 4) => Of(
        maxParallelism,
        Step("clarify"), Step("framework"), Step("assumptions"), Step("solution"), Step("summary", 0, 1, 2, 3), Step("score", 0, 1, 2, 3));

    public static RunPlan Paced(this RunPlan plan, int gapMs) =>
        plan with { ParallelBatchDelayMs = gapMs, Steps = [.. plan.Steps.Select(step => step with { Paced = true })] };

    public static RunPlan Retried(this RunPlan plan, RetryRule rule) =>
        plan with { Steps = [.. plan.Steps.Select(step => step with { Retry = rule })] };
}
