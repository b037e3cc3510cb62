using System.Globalization;
using Orchestrator.Activities.Stores;

namespace Orchestrator.Activities.Runs;

/// <summary>Where everything of a run is kept (DESIGN §5).</summary>
internal static class RunKeys
{
    public static ContentKey Definition(string hash) => ContentKey.Of("definitions", hash);

    public static ContentKey Record(string runId) => ContentKey.Of("runs", runId, "run.json");

    /// <summary>What one attempt of the run executes: the plan, the inputs, the prompts in their fixed versions.</summary>
    public static ContentKey Prepared(string runId, int runAttempt) => ContentKey.Of("runs", runId, $"prepared-{Text(runAttempt)}.json");

    public static ContentKey Checkpoint(string runId, string stepPath, int runAttempt, int attempt) =>
        ContentKey.Of("runs", runId, "steps", stepPath, $"{Text(runAttempt)}-{Text(attempt)}.json");

    public static ContentKey Claim(string runId, string stepPath, int runAttempt, int attempt) =>
        ContentKey.Of("runs", runId, "claims", stepPath, $"{Text(runAttempt)}-{Text(attempt)}.json");

    public static ContentKey Events(string runId) => ContentKey.Of("runs", runId, "events-0.jsonl");

    public static ContentKey Control(string runId) => ContentKey.Of("runs", runId, "control.json");

    public static ContentKey Outputs(string runId, int runAttempt) => ContentKey.Of("runs", runId, $"outputs-{Text(runAttempt)}.json");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
