using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Orchestrator.Activities.Stores;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Activities.Runs;

/// <summary>Where everything of a run is kept (DESIGN §5).</summary>
internal static class RunKeys
{
    public const string IndexRoot = "index";

    /// <summary>The length of <see cref="NewestFirst"/>.</summary>
    public const int TimeLength = 19;

    public static ContentKey Definition(string hash) => ContentKey.Of("definitions", hash);

    public static ContentKey Record(string runId) => ContentKey.Of("runs", runId, "run.json");

    /// <summary>What one attempt of the run executes: the plan, the inputs, the prompts in their fixed versions.</summary>
    /// <param name="name">1 for the first attempt; of a later one its name in the run's record.</param>
    public static ContentKey Prepared(string runId, string name) => ContentKey.Of("runs", runId, $"prepared-{name}.json");

    /// <summary>Everything of the run but its place in the index.</summary>
    public static ContentPrefix Run(string runId) => ContentPrefix.Under("runs", runId);

    public static ContentKey Checkpoint(string runId, string stepPath, int runAttempt, int attempt) =>
        ContentKey.Of("runs", runId, "steps", stepPath, $"{Text(runAttempt)}-{Text(attempt)}.json");

    public static ContentKey Claim(string runId, string stepPath, int runAttempt, int attempt) =>
        ContentKey.Of("runs", runId, "claims", stepPath, $"{Text(runAttempt)}-{Text(attempt)}.json");

    public static ContentKey Events(string runId) => ContentKey.Of("runs", runId, "events-0.jsonl");

    public static ContentKey Control(string runId) => ContentKey.Of("runs", runId, "control.json");

    public static ContentKey Outputs(string runId, int runAttempt) => ContentKey.Of("runs", runId, $"outputs-{Text(runAttempt)}.json");

    /// <summary>Of the keys of one folder the newest run's comes first.</summary>
    public static ContentKey Index(RunRecord run) => ContentKey.Of(IndexRoot, IndexFolder(run.App), $"{NewestFirst(run.CreatedAt)}-{run.RunId}");

    /// <summary>The folder of an app's runs: its name, or its hash when it could not be a folder.</summary>
    public static string IndexFolder(string? app) => app switch
    {
        null => "_",
        _ when NameRules.Slug.IsMatch(app) => app,
        _ => "@" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(app))),
    };

    /// <summary>Nineteen digits that are smaller the later the time is.</summary>
    public static string NewestFirst(DateTimeOffset time) => (DateTime.MaxValue.Ticks - time.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);

    public static ContentKey StartKey(string hash) => ContentKey.Of("idempotency", hash);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
