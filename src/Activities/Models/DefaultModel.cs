using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Activities.Models;

/// <summary>The model of steps for which neither run, step, workflow, prompt nor host names one.</summary>
public static class DefaultModel
{
    public const string Name = "gpt-6-luna";

    /// <summary>
    /// What a step that says nothing of reasoning asks of a model. The default model thinks at length unless it is told not to, which is paid as output;
    /// others are not told anything, since many know no such option: null.
    /// </summary>
    public static ReasoningEffort? ReasoningOf(string model) => model == Name ? ReasoningEffort.None : null;
}
