using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Writes one step. Thread-safe.</summary>
internal static class StepWriter
{
    public static JsonObject Write(StepDefinition step)
    {
        var written = new JsonObject { ["id"] = step.Id };
        written.Put("type", step.Type == StepType.Prompt ? null : DocumentMembers.Name<StepType>(step.Type));
        written.Put("description", step.Description);
        written.Put("promptId", step.PromptId);
        written.Put("prompt", step.Prompt);
        written.Put("tool", step.Tool);
        written.Put("input", step.Input?.DeepClone());
        if (step.Merge is { } merge)
        {
            Merge(written, merge);
        }

        written.Put("outputKey", step.OutputKey);
        written.Put("merge", DocumentMembers.Name(step.KeyMerge));
        written.Put("dependsOn", DependsOn(step));
        written.Put("join", step.Join == JoinKind.All ? null : DocumentMembers.Name<JoinKind>(step.Join));
        written.Put("when", step.When);
        written.Put("inputMapping", step.InputMapping is { } mapping ? DocumentMembers.Named(mapping, Mapped) : null);
        written.PutTexts("uses", step.Uses);
        written.PutTexts("reads", step.Reads);
        written.PutTexts("writes", step.Writes);
        written.Put("repeat", step.Repeat is { } repeat ? new JsonObject { ["until"] = repeat.Until, ["max"] = repeat.Max } : null);
        written.Put("options", step.Options == new StepOptions() ? null : StepOptionsWriter.Write(step.Options));
        return written;
    }

    private static void Merge(JsonObject written, MergeDefinition merge)
    {
        written.Put("mode", merge.Mode == MergeStepMode.Object ? null : DocumentMembers.Name<MergeStepMode>(merge.Mode));
        written.Put(
            "from",
            merge.FromList ? DocumentMembers.Texts(merge.From.Select(entry => entry.Value)) : DocumentMembers.Named(merge.From, path => path));
        written.Put("template", merge.Template);
        written.Put("separator", merge.Separator);
    }

    /// <summary>Null for the default of the step's type: a merge depends on the steps whose values it combines, another step on none.</summary>
    private static JsonNode? DependsOn(StepDefinition step)
    {
        if (step.DependsOnAuto)
        {
            return step.Type == StepType.Merge ? null : "auto";
        }

        return step.DependsOn.Count == 0 && step.Type != StepType.Merge ? null : DocumentMembers.Texts(step.DependsOn);
    }

    private static JsonNode? Mapped(MappedValue value) => value.Kind switch
    {
        MappedValueKind.Path => value.Text,
        MappedValueKind.Expression => new JsonObject { ["expr"] = value.Text },
        _ => new JsonObject { ["value"] = value.Value?.DeepClone() },
    };
}
