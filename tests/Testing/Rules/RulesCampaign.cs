using Orchestrator.Workflows.Scheduling;

namespace Orchestrator.Testing.Rules;

/// <summary>Tries cases on the scheduler alone, seed after seed.</summary>
public static class RulesCampaign
{
    /// <summary>The campaign ends after so many broken laws: more would add no information.</summary>
    private const int EnoughFailures = 12;

    /// <param name="first">The first seed.</param>
    /// <param name="operations">How many operations a scheduler has done, where the caller may see that; null otherwise.</param>
    public static RulesReport Run(int first, int cases, Func<WorkflowScheduler, long>? operations = null)
    {
        var (report, broken) = (new RulesReport(), new HashSet<string>(StringComparer.Ordinal));
        for (var seed = first; seed < first + cases && report.Failures.Count < EnoughFailures; seed++)
        {
            var item = RulesGenerator.Make(seed);
            try
            {
                if (RulesPlan.Of(item) is not { } plan)
                {
                    report.AddRefused();
                    continue;
                }

                report.Add([.. RulesRun.Play(plan, item, operations)]);
            }
            catch (RulesException exception)
            {
                var law = Law(exception.Message);
                if (!broken.Add(law))
                {
                    report.AddFailure(null);
                    continue;
                }

                var small = RulesShrinker.Shrink(item, candidate => Failure(candidate, operations) is { } failure && Law(failure) == law);
                report.AddFailure($"{Failure(small, operations)}\n{small}");
            }
        }

        return report;
    }

    /// <summary>The kind of a failure: its text without steps and times.</summary>
    private static string Law(string failure) => string.Concat(failure.Take(80).Where(character => !char.IsAsciiDigit(character)));

    /// <summary>Which law a case breaks; null for none.</summary>
    public static string? Failure(RulesCase item, Func<WorkflowScheduler, long>? operations = null)
    {
        try
        {
            if (RulesPlan.Of(item) is { } plan)
            {
                foreach (var _ in RulesRun.Play(plan, item, operations))
                {
                    // The laws are checked meanwhile.
                }
            }

            return null;
        }
        catch (RulesException exception)
        {
            return exception.Message;
        }
    }
}
