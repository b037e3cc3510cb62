using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Activities.Models;

/// <summary>The model of steps for which neither run, step, workflow, prompt nor host names one.</summary>
public static class DefaultModel
{
    public const string Name = "gpt-6-luna";

    /// <summary>
    /// The reasoning effort of a step that names none. The default model reasons at length unless it is told not to, which is paid as output;
    /// null for other models, since many have no such option.
    /// </summary>
    public static ReasoningEffort? ReasoningOf(string model) => model == Name ? ReasoningEffort.None : null;
}
