using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Formats.Native;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats;

/// <summary>Reads the <c>options</c> of a request to start or resume a run.</summary>
internal static class RunOptionsReader
{
    /// <summary>The options; all null where the request has none, or its options are no object.</summary>
    public static (RunOptions Options, string? Environment, JsonNode? Mocks) Read(ObjectReader body)
    {
        if (body.Object("options", "the run's options") is not { } options)
        {
            return (new RunOptions(), null, null);
        }

        var read = new RunOptions
        {
            Model = options.String("model"),
            MaxParallelism = options.Integer("maxParallelism", 1, WorkflowOptionsReader.MostParallelism),
            Budget = WorkflowOptionsReader.Budget(options),
            MaxDuration = options.Integer("maxDuration", 1),
            OnStepFailure = options.Choice<FailurePolicy>("onStepFailure"),
            Stream = options.Boolean("stream"),
        };
        var environment = options.String("environment");
        var mocks = options.Take("mocks") is { } script ? SourceValue.ToJson(script) : null;
        options.Finish();
        return (read, environment, mocks);
    }
}
