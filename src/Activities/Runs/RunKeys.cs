using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>Where everything of a run is kept (DESIGN §5).</summary>
internal static partial class RunKeys
{
    public const string IndexRoot = StoreFolders.Index;

    /// <summary>The length of <see cref="NewestFirst"/>.</summary>
    public const int TimeLength = 19;

    public static ContentKey Definition(string hash) => ContentKey.Of(StoreFolders.Definitions, hash);

    public static ContentKey Record(string runId) => ContentKey.Of(StoreFolders.Runs, runId, "run.json");

    /// <summary>What one attempt of the run executes: the plan, the inputs, the prompts in their fixed versions.</summary>
    /// <param name="name">1 for the first attempt; of a later one its name in the run's record.</param>
    public static ContentKey Prepared(string runId, string name) => ContentKey.Of(StoreFolders.Runs, runId, $"prepared-{name}.json");

    /// <summary>The folder of the run, as if it were a value.</summary>
    public static ContentKey Folder(string runId) => ContentKey.Of(StoreFolders.Runs, runId);

    /// <summary>Everything of the run but its place in the index.</summary>
    public static ContentPrefix Run(string runId) => ContentPrefix.Under(StoreFolders.Runs, runId);

    /// <summary>Those of its folders that hold a value for every step.</summary>
    public static IEnumerable<ContentPrefix> Folders(string runId) =>
        [Checkpoints(runId), ContentPrefix.Under(StoreFolders.Runs, runId, "claims")];

    /// <summary>The records of all attempts of all steps.</summary>
    public static ContentPrefix Checkpoints(string runId) => ContentPrefix.Under(StoreFolders.Runs, runId, "steps");

    /// <summary>
    /// Whether the key can be of a part of a run, beside its record. A state folder may be a user's folder with other files in it, so what belongs
    /// to no run is deleted only if everything beside it can be part of a run.
    /// </summary>
    public static bool IsPart(ContentKey key) => key.Value.Split('/') switch
    {
        [_, var run, "control.json" or "events-0.jsonl"] => NameRules.RunId.IsMatch(run),
        [_, var run, var file] => NameRules.RunId.IsMatch(run) && Part.IsMatch(file),
        [_, var run, "steps" or "claims", _, var file] => NameRules.RunId.IsMatch(run) && Attempt.IsMatch(file),
        [_, var run, "signals", var file] => NameRules.RunId.IsMatch(run) && file.EndsWith(".json", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Whether what is kept there says of which run it is (<see cref="IRunPart"/>).</summary>
    public static bool IsStamped(ContentKey key) => key.Value.Split('/') switch
    {
        [_, _, "control.json"] or [_, _, "steps", _, _] => true,
        [_, _, var file] => file.StartsWith("prepared-", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>The number of the run's attempt that the key names; 0 when it names none.</summary>
    public static int AttemptOf(ContentKey key) => key.Value.Split('/') switch
    {
        [_, _, var file] when Part.Match(file) is { Success: true } match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
        [_, _, "steps" or "claims", _, var file] when Attempt.Match(file) is { Success: true } match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture),
        _ => 0,
    };

    public static ContentKey Checkpoint(string runId, string stepPath, int runAttempt, int attempt) =>
        ContentKey.Of(StoreFolders.Runs, runId, "steps", stepPath, $"{Text(runAttempt)}-{Text(attempt)}.json");

    /// <summary>Names the stamp of the run: the claim of a deleted run's execution that still ends is no claim on the attempt of a later run of that id.</summary>
    public static ContentKey Claim(RunIdentity run, string stepPath, int runAttempt, int attempt) => ContentKey.Of(
        StoreFolders.Runs, run.RunId, "claims", stepPath, $"{Text(runAttempt)}-{Text(attempt)}{(run.Stamp is null ? "" : $"-{run.Stamp}")}.json");

    public static ContentPrefix Claims(string runId) => ContentPrefix.Under(StoreFolders.Runs, runId, "claims");

    public static ContentKey Events(string runId) => ContentKey.Of(StoreFolders.Runs, runId, "events-0.jsonl");

    public static ContentKey Control(string runId) => ContentKey.Of(StoreFolders.Runs, runId, "control.json");

    public static ContentKey Outputs(string runId, int runAttempt) => ContentKey.Of(StoreFolders.Runs, runId, $"outputs-{Text(runAttempt)}.json");

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

    /// <summary>The time that <see cref="NewestFirst"/> wrote at the start of the name of an index entry; null when it is none.</summary>
    public static DateTimeOffset? TimeOf(string name) =>
        name.Length > TimeLength && name[TimeLength] == '-' && long.TryParse(name.AsSpan(0, TimeLength), NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            && ticks <= DateTime.MaxValue.Ticks
            ? new DateTimeOffset(DateTime.MaxValue.Ticks - ticks, TimeSpan.Zero)
            : null;

    /// <summary>The run's id in the name of an index entry.</summary>
    public static string RunIdOf(string name) => name[(TimeLength + 1)..];

    public static ContentKey StartKey(string hash) => ContentKey.Of(StoreFolders.StartKeys, hash);

    [GeneratedRegex("^(?:prepared|outputs)-([0-9]{1,6})(?:-[0-9a-f]{16})?[.]json$", RegexOptions.CultureInvariant)]
    private static partial Regex Part { get; }

    [GeneratedRegex("^([0-9]{1,6})-[0-9]{1,6}(?:-[0-9a-f]{16})?[.]json$", RegexOptions.CultureInvariant)]
    private static partial Regex Attempt { get; }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
