using System.Text.Json.Nodes;
using Orchestrator.Activities.Documents;

namespace Orchestrator.Functions.Http.OpenApi;

/// <summary>What the API can do; one entry for each HTTP function.</summary>
internal static class ApiOperations
{
    private static readonly Dictionary<string, string> StartHeaders = new()
    {
        ["Idempotency-Key"] = "Of all requests with one key only the first starts a run, for 24 hours; 1 to 255 characters.",
    };

    private static readonly Dictionary<string, string> StartQuery = new() { ["wait"] = "Seconds to wait for the end of the run, 1 to 100." };

    public static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("StartRun", "post", "runs", "Start the definition in the body.")
        {
            Query = StartQuery,
            Headers = StartHeaders,
            BodySchema = ApiSchemas.Start,
            Answers = new Dictionary<int, Type?> { [200] = typeof(RunDocument), [202] = typeof(StartPayload) },
            Problems = [400, 409, 413, 415, 422],
        },
        new("ListRuns", "get", "runs", "The runs that the query lets through, the newest first.")
        {
            Query = new Dictionary<string, string>
            {
                ["status"] = "Statuses, separated by commas.",
                ["workflow"] = "A slug.",
                ["app"] = "An app's name.",
                ["from"] = "Created at this time or later.",
                ["to"] = "Created before this time.",
                ["tag"] = "name, or name:value; again for each tag.",
                ["top"] = "The most runs of the page.",
                ["continuationToken"] = "From the page before.",
            },
            Answers = new Dictionary<int, Type?> { [200] = typeof(RunPage) },
            Problems = [400],
        },
        new("GetRun", "get", "runs/{runId}", "The run as it is now.")
        {
            Answers = new Dictionary<int, Type?> { [200] = typeof(RunDocument) },
            Problems = [404],
        },
        new("GetRunStep", "get", "runs/{runId}/steps/{stepPath}", "A step with its output and all its attempts.")
        {
            Answers = new Dictionary<int, Type?> { [200] = typeof(StepDocument) },
            Problems = [404],
        },
        new("CancelRun", "post", "runs/{runId}/cancel", "Ask the run to end; it does when its executing steps have ended.")
        {
            Answers = new Dictionary<int, Type?> { [202] = typeof(JsonObject) },
            Problems = [404, 409],
        },
        new("ValidateWorkflow", "post", "workflows/validate", "Everything that is wrong with the definition in the body.")
        {
            Texts = ["application/json", "application/yaml", "text/plain"],
            Answers = new Dictionary<int, Type?> { [200] = typeof(JsonObject) },
            Problems = [413],
        },
        new("Health", "get", "health", "Whether the app can work.") { Answers = new Dictionary<int, Type?> { [200] = typeof(JsonObject) }, Problems = [503] },
        new("GetOpenApi", "get", "openapi.json", "This document.") { Answers = new Dictionary<int, Type?> { [200] = typeof(JsonObject) } },
    ];
}
