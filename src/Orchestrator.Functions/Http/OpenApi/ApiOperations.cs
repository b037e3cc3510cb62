using Orchestrator.Activities.Documents;

namespace Orchestrator.Functions.Http.OpenApi;

/// <summary>What the API can do; one entry for each HTTP function.</summary>
internal static class ApiOperations
{
    public static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("GetOpenApi", "get", "openapi.json", "This document.") { Answers = new Dictionary<int, Type?> { [200] = typeof(object) } },
        new("StartRun", "post", "runs", "Start the definition in the body.")
        {
            Body = typeof(StartRunBody),
            Answers = new Dictionary<int, Type?> { [202] = typeof(StartPayload) },
            Problems = [400, 409, 413, 415],
        },
        new("GetRun", "get", "runs/{runId}", "The run as it is now.")
        {
            Answers = new Dictionary<int, Type?> { [200] = typeof(RunDocument) },
            Problems = [404],
        },
    ];
}
