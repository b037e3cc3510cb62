using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Activities.Models;

/// <summary>The model of steps for which neither run, step, workflow, prompt nor host names a model.</summary>
public static class DefaultModel
{
    /// <summary>The model's name.</summary>
    public const string Name = "gpt-6-luna";

    /// <summary>
    /// The reasoning effort of a step that sets none: none for the default model, which otherwise reasons at length at the price of output; null for
    /// other models, many of which have no such option.
    /// </summary>
    public static ReasoningEffort? ReasoningOf(string model) => model == Name ? ReasoningEffort.None : null;
}
