using System.Text.Json.Nodes;
using Orchestrator.Activities.Documents;
using Orchestrator.Activities.Runs;
using Orchestrator.CrashSweep.Checking;
using Orchestrator.CrashSweep.Running;
using Orchestrator.CrashSweep.Writes;
using Orchestrator.Testing.Rules;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.CrashSweep;

/// <summary>Generated definitions on the whole app, with nothing that goes wrong but what they say themselves. Must not be used on the thread pool.</summary>
internal static class SweepRules
{
    /// <summary>Of so many seeds one is about resuming.</summary>
    private const int Resumed = 4;

    public static void Run(int seed, SweepReport report)
    {
        var profile = seed % Resumed == 0 ? RulesProfile.Resumable : RulesProfile.Everything;
        var item = RulesGenerator.Make(seed, profile);
        if (RulesPlan.Of(item) is null)
        {
            return;
        }

        var name = $"{(profile == RulesProfile.Resumable ? SweepDefinitions.Resumable : SweepDefinitions.Free)}{seed}";
        var definition = SweepDefinitions.Find(name)!;
        var differences = profile == RulesProfile.Resumable ? Resume(definition, seed) : Play(definition, seed, result => []);
        report.Add(new SweepCase(definition, seed, SweepFault.None, 0), null, differences.Count == 0 ? [] : [.. differences, $"{item}"], []);
    }

    /// <summary>A resumed run comes to what a fresh one comes to with the answers that there are then, and asks nothing that was answered, final steps aside.</summary>
    private static IReadOnlyList<string> Resume(SweepDefinition definition, int seed)
    {
        var (resumed, fresh) = ((string?)null, "");
        var after = Play(definition, seed, result =>
        {
            // One that completed at once has nothing to resume, whatever failed in it and was not minded.
            resumed = result.App.Get<RunStore>().FindAsync(SweepRuns.Started, CancellationToken.None).GetAwaiter().GetResult()!.Attempt > 1 ? Result(result) : null;
            var finals = JsonNode.Parse(definition.Workflow)!["finally"]?.AsArray().Select(step => (string)step!) ?? [];
            return definition.Requests.Any(request => request.From is not null) ? [] : result.Calls.PaidTwice().Where(paid => !finals.Contains(paid.Step)).Select(paid => $"Step '{paid.Step}' asked again what was answered: {paid.Question}");
        });
        var anew = Play(definition with { Answers = definition.ResumedAnswers!, Requests = [] }, seed, result =>
        {
            fresh = Result(result);
            return [];
        });
        // Where a failure stops the run, what had started by then depends on the moment.
        var mayDiffer = resumed is null || (resumed.StartsWith("Failed", StringComparison.Ordinal) && fresh.StartsWith("Failed", StringComparison.Ordinal));
        return [.. after, .. anew, .. mayDiffer || resumed == fresh ? Array.Empty<string>() : [$"resumed:\n{resumed}\nfresh:\n{fresh}"]];
    }

    private static IReadOnlyList<string> Play(SweepDefinition definition, int seed, Func<SweepResult, IEnumerable<string>> alsoWrong)
    {
        try
        {
            using var result = SweepRun.Execute(new SweepCase(definition, seed, SweepFault.None, 0));
            var judgement = SweepJudgement.Of(result, result.Calls.All(), SweepSnapshot.Of(result, afterOutage: false));
            return [.. judgement.Differences, .. judgement.Repeated, .. alsoWrong(result)];
        }
        catch (SweepException exception)
        {
            return [$"{exception.Message} {exception.InnerException}"];
        }
    }

    private static string Result(SweepResult result)
    {
        var run = result.App.Get<RunReader>().FindAsync(SweepRuns.Started, CancellationToken.None).GetAwaiter().GetResult()!;
        var steps = run.Steps.Select(step => $"{step.Key}:{(step.Value.Status == StepStatus.Reused ? StepStatus.Completed : step.Value.Status)}{step.Value.Reason}");
        return $"{run.Status} {run.Outputs?.ToJsonString(WorkflowJson.Compact)} {string.Join(' ', steps)}";
    }
}
