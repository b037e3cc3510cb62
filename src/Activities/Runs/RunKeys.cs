using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Runs;

/// <summary>The keys of everything that the content store holds of a run (docs/architecture.md, "What is kept where").</summary>
internal static partial class RunKeys
{
    /// <summary>The length of <see cref="NewestFirst"/>.</summary>
    public const int TimeLength = 19;

    public static ContentKey Definition(string hash) => ContentKey.Of(StoreFolders.Definitions, hash);

    public static ContentKey Record(string runId) => ContentKey.Of(StoreFolders.Runs, runId, "run.json");

    /// <summary>The run's folder as a key: a file can be in its place.</summary>
    public static ContentKey Folder(string runId) => ContentKey.Of(StoreFolders.Runs, runId);

    /// <summary>Everything of the run except its entry in the index.</summary>
    public static ContentPrefix Run(string runId) => ContentPrefix.Under(StoreFolders.Runs, runId);

    /// <summary>The run's folders with an entry for each large value, and for each step that executes.</summary>
    public static IEnumerable<ContentPrefix> Folders(string runId) => [ContentPrefix.Under(StoreFolders.Runs, runId, "outputs"), Claims(runId)];

    /// <summary>
    /// Whether the key can belong to a part of a run other than its record, also in the layout before a run's log. A state folder may be a user's
    /// folder with other files in it, so a folder without a record is deleted only if every key in it can belong to a run.
    /// </summary>
    public static bool IsPart(ContentKey key) => key.Value.Split('/') switch
    {
        [_, var run, "control.json" or "log-0.jsonl" or "text-0.jsonl" or "events-0.jsonl"] => NameRules.RunId.IsMatch(run),
        [_, var run, var file] => NameRules.RunId.IsMatch(run) && EarlierPart.IsMatch(file),
        [_, var run, "claims" or "steps", _, var file] => NameRules.RunId.IsMatch(run) && Attempt.IsMatch(file),
        [_, var run, "outputs", var hash] => NameRules.RunId.IsMatch(run) && Hash.IsMatch(hash),
        [_, var run, "signals", var file] => NameRules.RunId.IsMatch(run) && file.EndsWith(".json", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>The number of the run's attempt in the key; 0 when it has none.</summary>
    public static int AttemptOf(ContentKey key) => key.Value.Split('/') switch
    {
        [_, _, var file] when EarlierPart.Match(file) is { Success: true } match => Number(match),
        [_, _, "claims" or "steps", _, var file] when Attempt.Match(file) is { Success: true } match => Number(match),
        _ => 0,
    };

    /// <summary>The run's log: its events, the checkpoints of its steps' attempts, and what its own attempts execute and have as outputs.</summary>
    public static ContentKey Log(string runId) => ContentKey.Of(StoreFolders.Runs, runId, "log-0.jsonl");

    /// <summary>The streamed texts of the run's steps.</summary>
    public static ContentKey Texts(string runId) => ContentKey.Of(StoreFolders.Runs, runId, "text-0.jsonl");

    /// <summary>A value that is too large for the log.</summary>
    /// <param name="hash">SHA-256 of its JSON, in lower-case hex.</param>
    public static ContentKey Value(string runId, string hash) => ContentKey.Of(StoreFolders.Runs, runId, "outputs", hash);

    /// <summary>
    /// The claim on one attempt of a step. It has the run's stamp in its name, so that an execution that still ends for a deleted run holds no claim
    /// on a later run of that id.
    /// </summary>
    public static ContentKey Claim(RunIdentity run, string stepPath, int runAttempt, int attempt) => ContentKey.Of(
        StoreFolders.Runs, run.RunId, "claims", stepPath, $"{Text(runAttempt)}-{Text(attempt)}{(run.Stamp is null ? "" : $"-{run.Stamp}")}.json");

    /// <summary>The claims on all attempts of all steps.</summary>
    public static ContentPrefix Claims(string runId) => ContentPrefix.Under(StoreFolders.Runs, runId, "claims");

    public static ContentKey Control(string runId) => ContentKey.Of(StoreFolders.Runs, runId, "control.json");

    /// <summary>The run's entry in the index. Within a folder the entry of the newest run comes first.</summary>
    public static ContentKey Index(RunRecord run) =>
        ContentKey.Of(StoreFolders.Index, IndexFolder(run.App), $"{NewestFirst(run.CreatedAt)}-{run.RunId}");

    /// <summary>The index folder of an app's runs: its name, or the hash of a name that cannot be a folder.</summary>
    public static string IndexFolder(string? app) => app switch
    {
        null => "_",
        _ when NameRules.Slug.IsMatch(app) => app,
        _ => "@" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(app))),
    };

    /// <summary>Nineteen digits; the later the time, the smaller the number.</summary>
    public static string NewestFirst(DateTimeOffset time) => (DateTime.MaxValue.Ticks - time.UtcTicks).ToString("D19", CultureInfo.InvariantCulture);

    /// <summary>The time that <see cref="NewestFirst"/> put at the start of an index entry's name; null when the name has none.</summary>
    public static DateTimeOffset? TimeOf(ReadOnlySpan<char> name) =>
        name.Length > TimeLength && name[TimeLength] == '-'
            && long.TryParse(name[..TimeLength], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            && ticks <= DateTime.MaxValue.Ticks
            ? new DateTimeOffset(DateTime.MaxValue.Ticks - ticks, TimeSpan.Zero)
            : null;

    /// <summary>The run's id in the name of an index entry.</summary>
    public static string RunIdOf(string name) => name[(TimeLength + 1)..];

    public static ContentKey StartKey(string hash) => ContentKey.Of(StoreFolders.StartKeys, hash);

    /// <summary>Files of runs of earlier versions, which are deleted as those of others are.</summary>
    [GeneratedRegex("^(?:prepared|outputs)-([0-9]{1,6})(?:-[0-9a-f]{16})?[.]json$", RegexOptions.CultureInvariant)]
    private static partial Regex EarlierPart { get; }

    [GeneratedRegex("^([0-9]{1,6})-[0-9]{1,6}(?:-[0-9a-f]{16})?[.]json$", RegexOptions.CultureInvariant)]
    private static partial Regex Attempt { get; }

    [GeneratedRegex("^[0-9a-f]{64}$", RegexOptions.CultureInvariant)]
    private static partial Regex Hash { get; }

    private static int Number(Match match) => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
