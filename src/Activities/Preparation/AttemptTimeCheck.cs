using System.Globalization;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Activities.Preparation;

/// <summary>How long the host lets one activity run before it ends it: <c>functionTimeout</c> on the Functions host. Immutable.</summary>
/// <param name="Limit">The time; null: no limit.</param>
public sealed record ActivityTimeLimit(TimeSpan? Limit)
{
    /// <summary>No limit.</summary>
    public static ActivityTimeLimit None { get; } = new((TimeSpan?)null);
}

/// <summary>
/// Refuses steps that may work longer than the host lets an activity run: the host would end them midway, after the model call was paid.
/// Steps that are not executed are not checked. Thread-safe.
/// </summary>
internal sealed class AttemptTimeCheck(ActivityTimeLimit host)
{
    /// <summary>Reserved for reading the inputs, waiting for the lease of a worker that died (30 s), and writing the record.</summary>
    private static readonly TimeSpan Overhead = TimeSpan.FromMinutes(1);

    /// <summary>Adds a problem for each step whose attempts may take too long.</summary>
    public void Report(PreparedRun run, List<WorkflowError> problems)
    {
        if (host.Limit is not { } limit)
        {
            return;
        }

        var longest = (limit - Overhead).TotalMilliseconds;
        foreach (var (step, node) in run.Steps.Zip(run.Plan.Steps))
        {
            var (setting, time) = node.StepTimeoutMs < step.TimeoutMs ? ("stepTimeout", node.StepTimeoutMs.Value) : ("timeout", step.TimeoutMs);
            if (time > longest && run.MayExecute(step))
            {
                var message = Message(step.Id, setting, time, limit, Math.Max(0, longest));
                problems.Add(new WorkflowError(ErrorKind.InvalidInput, message) { Step = step.Id });
            }
        }
    }

    private static string Message(string step, string setting, int time, TimeSpan limit, double longest) => string.Create(
        CultureInfo.InvariantCulture,
        $"Step '{step}' has a {setting} of {time} ms, and the Functions host ends an activity after {limit:c} (functionTimeout in host.json), "
        + $"so one attempt may take at most {longest:0} ms. Shorten {setting} ({Place(setting)}), or raise functionTimeout "
        + $"(the setting AzureFunctionsJobHost__functionTimeout; -1 is without limit).");

    /// <summary>Where the setting is: a step without a timeout of its own has the workflow's.</summary>
    private static string Place(string setting) =>
        setting == "timeout" ? "in the options of the step, or of the workflow" : "in the options of the step";
}
