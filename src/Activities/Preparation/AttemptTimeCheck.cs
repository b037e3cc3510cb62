using System.Globalization;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation;

/// <summary>
/// Refuses steps that may work longer than the host lets an activity run: the host would end them in the middle, after the model call was paid.
/// Steps that are not executed are not checked. Thread-safe.
/// </summary>
internal sealed class AttemptTimeCheck(ActivityTimeLimit host)
{
    /// <summary>An execution also reads its inputs, waits for the lease of a worker that died (30 s), and writes its record.</summary>
    private static readonly TimeSpan BesideWork = TimeSpan.FromMinutes(1);

    /// <summary>Adds a problem for each step whose attempts may take too long.</summary>
    public void Report(PreparedRun run, List<WorkflowError> problems)
    {
        if (host.Limit is not { } limit)
        {
            return;
        }

        var longest = (limit - BesideWork).TotalMilliseconds;
        foreach (var (step, graph) in run.Steps.Zip(run.Plan.Steps))
        {
            var (name, time) = graph.StepTimeoutMs < step.TimeoutMs ? ("stepTimeout", graph.StepTimeoutMs.Value) : ("timeout", step.TimeoutMs);
            if (time > longest && run.MayExecute(step))
            {
                problems.Add(new WorkflowError(ErrorKind.InvalidInput, Sentence(step.Id, name, time, limit, Math.Max(0, longest))) { Step = step.Id });
            }
        }
    }

    /// <summary>A step without a timeout of its own has the workflow's.</summary>
    private static string Where(string setting) => setting == "timeout" ? "in the options of the step, or of the workflow" : "in the options of the step";

    private static string Sentence(string step, string setting, int time, TimeSpan limit, double longest) => string.Create(
        CultureInfo.InvariantCulture,
        $"Step '{step}' has a {setting} of {time} ms, and the Functions host ends an activity after {limit:c} (functionTimeout in host.json), so one attempt may take "
        + $"at most {longest:0} ms. Shorten {setting} ({Where(setting)}), or raise functionTimeout (the setting AzureFunctionsJobHost__functionTimeout; -1 is without limit).");
}
