using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;
using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Testing.Rules;

/// <summary>
/// A case played through the scheduler, in its world and again from the facts that came of it; and then, unless it had completed and nothing is asked
/// to run again, resumed in another attempt.
/// </summary>
internal static class RulesRun
{
    /// <summary>Facts of an attempt: its end, its timers and what they lead to.</summary>
    private const int FactsPerStart = 8;
    private const int FactsPerStep = 4;

    /// <param name="operations">How many operations a scheduler has done, where the caller may see that; null otherwise.</param>
    /// <exception cref="RulesException">A law was broken.</exception>
    public static IEnumerable<(RulesLaws Laws, int Facts, int Starts)> Play(RulesPlan plan, RulesCase item, Func<WorkflowScheduler, long>? operations)
    {
        var answers = new RulesAnswers(plan, item.Answers);
        var first = PlayAttempt(plan, item, answers, operations);
        yield return first;
        if (RulesResume.Of(plan, first.Laws, item.Seed) is { } resumed)
        {
            yield return PlayAttempt(
                resumed, item with { Seed = ~item.Seed, Requests = item.Seed % 5 == 0 ? [new RulesRequest(RulesRequestKind.Cancel, 0, "", "")] : [] },
                answers, operations);
        }
    }

    private static (RulesLaws Laws, int Facts, int Starts) PlayAttempt(
        RulesPlan plan, RulesCase item, RulesAnswers answers, Func<WorkflowScheduler, long>? operations)
    {
        var world = new RulesWorld(plan, item, answers);
        var graph = new WorkflowGraph(plan.Run.Steps);
        var scheduler = new WorkflowScheduler(plan.Run, graph);
        var laws = new RulesLaws(plan, scheduler);
        var (facts, commands) = (new List<SchedulerFact>(), new List<SchedulerCommand[]>());
        var asked = item.Requests.Count;
        while (!scheduler.IsComplete)
        {
            if (world.Next() is { } fact)
            {
                var answer = Apply(scheduler, fact);
                facts.Add(fact);
                commands.Add(answer);
                world.Execute(answer);
                laws.Observe(fact, answer);
            }
            else if (scheduler.Status == RunStatus.Suspended)
            {
                asked++;
                world.Continue();
            }
            else
            {
                throw new RulesException("The run stands still and has not ended.");
            }

            if (facts.Count > (FactsPerStart * world.Starts) + (FactsPerStep * plan.Run.Steps.Count) + asked)
            {
                throw new RulesException($"The run has had {facts.Count} facts for {world.Starts} attempts of {plan.Run.Steps.Count} steps.");
            }
        }

        laws.Close();
        if (world.Executing > 0)
        {
            throw new RulesException("The run has ended and steps execute.");
        }

        for (var late = world.Next(); late is not null; late = world.Next())
        {
            laws.Observe(late, Apply(scheduler, late));
        }

        Replay(new WorkflowScheduler(plan.Run, graph), facts, commands);
        if (operations?.Invoke(scheduler) is { } done
            && done > (FactsPerStart * world.Starts) + (FactsPerStart * (plan.Run.Steps.Count + plan.Run.Steps.Sum(step => step.DependsOn.Count))))
        {
            throw new RulesException($"The scheduler did {done} operations for {world.Starts} attempts of {plan.Run.Steps.Count} steps.");
        }

        return (laws, facts.Count, world.Starts);
    }

    private static SchedulerCommand[] Apply(WorkflowScheduler scheduler, SchedulerFact fact)
    {
        try
        {
            return [.. scheduler.Apply(fact)];
        }
        catch (Exception exception) when (exception is not RulesException)
        {
            throw new RulesException($"The scheduler threw at {fact}: {exception.Message}", exception);
        }
    }

    /// <summary>The same facts give the same commands, on which replay after a restart depends.</summary>
    private static void Replay(WorkflowScheduler again, List<SchedulerFact> facts, List<SchedulerCommand[]> commands)
    {
        for (var index = 0; index < facts.Count; index++)
        {
            var answer = again.Apply(facts[index]);
            if (answer.Count != commands[index].Length || answer.Zip(commands[index]).Any(pair => !IsSame(pair.First, pair.Second)))
            {
                throw new RulesException($"The second time {facts[index]} was answered with {string.Join(", ", answer)}, the first time " +
                    $"with {string.Join(", ", commands[index].AsEnumerable())}.");
            }
        }
    }

    private static bool IsSame(SchedulerCommand one, SchedulerCommand other) => (one, other) switch
    {
        (SchedulerCommand.StartStep a, SchedulerCommand.StartStep b) =>
            a with { Available = null, Disregarded = null, Failure = null } == b with { Available = null, Disregarded = null, Failure = null }
            && (a.Available ?? []).SequenceEqual(b.Available ?? [])
            && (a.Disregarded ?? []).SequenceEqual(b.Disregarded ?? [])
            && a.Failure?.ToString() == b.Failure?.ToString(),
        (SchedulerCommand.RecordStatus a, SchedulerCommand.RecordStatus b) =>
            a with { Error = null } == b with { Error = null } && a.Error?.ToString() == b.Error?.ToString(),
        (SchedulerCommand.CompleteRun a, SchedulerCommand.CompleteRun b) => a.Status == b.Status && a.Error?.ToString() == b.Error?.ToString(),
        _ => one == other,
    };
}
