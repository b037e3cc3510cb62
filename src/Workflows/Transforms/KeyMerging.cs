using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;

namespace Orchestrator.Workflows.Transforms;

/// <summary>Makes one value of the outputs that several steps write under one key. Pure: the outputs are copied, never changed.</summary>
public static class KeyMerging
{
    /// <param name="outputs">The outputs with the ids of their steps, in definition order.</param>
    public static JsonNode? Of(KeyMerge merge, IEnumerable<KeyValuePair<string, JsonNode?>> outputs)
    {
        ArgumentNullException.ThrowIfNull(outputs);
        return merge switch
        {
            KeyMerge.Object => MergedValue.Of(MergeMode.Object, outputs.SelectMany(Members)),
            KeyMerge.Last => MergedValue.Of(MergeMode.Last, outputs),
            _ => MergedValue.Of(MergeMode.Append, outputs),
        };
    }

    /// <summary>An output that is no object stands under its step's id, so that nothing is lost.</summary>
    private static IEnumerable<KeyValuePair<string, JsonNode?>> Members(KeyValuePair<string, JsonNode?> output) =>
        output.Value is JsonObject members ? members : [output];
}
