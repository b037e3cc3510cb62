using System.Globalization;
using Orchestrator.Testing.Rules;

namespace Orchestrator.CrashSweep;

/// <summary>Definitions that are made from a seed (<see cref="RulesGenerator"/>), as many as needed.</summary>
public static partial class SweepDefinitions
{
    internal const string Free = "free-";
    internal const string Resumable = "resumable-";
    private const string Steady = "steady-";
    private const string Older = "older-";

    /// <summary>One of so many seeds for resuming forks instead.</summary>
    private const int ForkedOf = 20;

    private static readonly Dictionary<string, RulesProfile> Profiles = new(StringComparer.Ordinal)
    {
        [Free] = RulesProfile.Everything,
        [Steady] = RulesProfile.Steady,
        [Older] = RulesProfile.Steady,
        [Resumable] = RulesProfile.Resumable,
    };

    /// <summary>Names of definitions with everything that a run can meet; nothing but their own decisions says what is right.</summary>
    /// <param name="first">The first seed.</param>
    public static IEnumerable<string> FreeOnes(int first, int count) => Names(Free, first, count);

    /// <summary>Names of definitions that always come to the same result.</summary>
    /// <param name="first">The first seed.</param>
    public static IEnumerable<string> SteadyOnes(int first, int count) => Names(Steady, first, count);

    /// <summary>Names of such definitions that an older version begins and this one goes on with.</summary>
    /// <param name="first">The first seed.</param>
    public static IEnumerable<string> OlderOnes(int first, int count) => Names(Older, first, count);

    /// <summary>The seeds of which validation refuses the definition have none.</summary>
    private static IEnumerable<string> Names(string kind, int first, int count) =>
        Enumerable.Range(first, count).Select(seed => string.Create(CultureInfo.InvariantCulture, $"{kind}{seed}"))
            .Where(name => FindGenerated(name) is not null);

    private static SweepDefinition? FindGenerated(string name)
    {
        var kind = name[..(name.IndexOf('-', StringComparison.Ordinal) + 1)];
        if (!Profiles.TryGetValue(kind, out var profile)
            || !int.TryParse(name.AsSpan(kind.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var seed))
        {
            return null;
        }

        var item = RulesGenerator.Make(seed, profile);
        return RulesPlan.Of(item) is null ? null : Of(name, item, profile);
    }

    /// <summary>
    /// A generated case as the sweep plays it. A suspended run is continued, and one for resuming is resumed or forked at the end.
    /// </summary>
    private static SweepDefinition Of(string name, RulesCase item, RulesProfile profile)
    {
        var requests = item.Requests.Select(request => new SweepRequest(Kind(request.Kind), request.Event, request.Step) { IsOptional = true })
            .ToList();
        if (item.Requests.Any(request => request.Kind == RulesRequestKind.Suspend))
        {
            requests.Add(new SweepRequest(SweepRequestKind.Continue) { IsOptional = true });
        }

        if (profile == RulesProfile.Resumable)
        {
            var steps = item.Definition["steps"]!.AsArray();
            var from = item.Seed % 3 == 0 ? (string)steps[item.Seed % steps.Count]!["id"]! : null;
            requests.Add(
                new SweepRequest(item.Seed % ForkedOf == 0 ? SweepRequestKind.Fork : SweepRequestKind.Resume) { IsOptional = true, From = from });
        }

        // When an upgrade comes depends on the moment.
        var isOlder = name.StartsWith(Older, StringComparison.Ordinal);
        var isFree = isOlder || profile != RulesProfile.Steady;
        if (isOlder)
        {
            var steps = item.Definition["steps"]!.AsArray();
            requests.Add(
                new SweepRequest(SweepRequestKind.Upgrade, "step.started", (string)steps[item.Seed % steps.Count]!["id"]!) { IsOptional = true });
        }

        return new SweepDefinition(name, item.Definition.ToJsonString(), item.Answers.ToJsonString())
        {
            Inputs = RulesCase.Inputs,
            ResumedAnswers = item.ResumedAnswers?.ToJsonString(),
            Shows = "\"status\":",
            FailsAnywhere = true,
            IsFree = isFree,
            DependsOnTime = isFree,
            Requests = requests,
        };
    }

    private static SweepRequestKind Kind(RulesRequestKind kind) => kind switch
    {
        RulesRequestKind.Suspend => SweepRequestKind.Suspend,
        RulesRequestKind.Continue => SweepRequestKind.Continue,
        _ => SweepRequestKind.Cancel,
    };
}
