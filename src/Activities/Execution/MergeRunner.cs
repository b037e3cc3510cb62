using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Planning;
using Orchestrator.Workflows.Templates;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Activities.Execution;

/// <summary>Does the work of a merge step: combines values of earlier steps.</summary>
internal static class MergeRunner
{
    /// <summary>The merged value.</summary>
    /// <exception cref="TemplateException">A value is missing, or the text cannot be filled in.</exception>
    public static async Task<JsonNode?> RunAsync(AttemptContext call, CancellationToken cancellationToken)
    {
        var merge = call.Step.Merge!;
        var texts = StepTexts.Of(call.Run, call.Step);
        var inputs = await StepInputs.LoadAsync(call.Run, call.Step, texts, call.Values, cancellationToken);
        call.Inputs = inputs.Named;
        return merge.Mode switch
        {
            MergeStepMode.Template => JsonValue.Create(texts.Merge!.Render(inputs.Lookup, inputs.Budget)),
            MergeStepMode.Array => MergedValue.Of(MergeMode.Array, inputs.Named),
            MergeStepMode.Concat => MergedValue.Of(MergeMode.Concat, inputs.Named, merge.Separator),
            _ => MergedValue.Of(MergeMode.Object, inputs.Named),
        };
    }
}
