using System.Text.Json.Nodes;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Catalog.Workflows;
using Orchestrator.Activities.Feed;
using Orchestrator.Functions.Http.Runs;

namespace Orchestrator.Functions.Http.OpenApi;

/// <summary>The operations of the API: one for each HTTP function, in the order of the API document.</summary>
internal static class ApiOperations
{
    private static readonly Dictionary<string, string> StartHeaders = new()
    {
        ["Idempotency-Key"] = "Of all requests with one key only the first starts a run, for 24 hours; 1 to 255 characters.",
    };

    private static readonly Dictionary<string, string> StartQuery = new() { ["wait"] = "Seconds to wait for the end of the run, 1 to 100." };

    private static readonly Dictionary<string, string> App = new() { ["app"] = "The app, where several have one of that name." };

    private static readonly Dictionary<string, string> WriteHeaders = new()
    {
        ["If-Match"] = "The ETag of the state that may be replaced, or *.",
        ["If-None-Match"] = "*: create, do not replace.",
    };

    /// <summary>All operations, in the order of the document.</summary>
    public static IReadOnlyList<ApiOperation> All { get; } =
    [
        new("StartRun", "post", "runs", "Start the definition in the body.")
        {
            Query = StartQuery,
            Headers = StartHeaders,
            BodySchema = ApiSchemas.Start,
            Answers = new Dictionary<int, Type?> { [200] = typeof(RunDocument), [202] = typeof(StartPayload) },
            NeedsModels = true,
            Problems = [400, 409, 410, 413, 415, 422],
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
        new("DeleteRun", "delete", "runs/{runId}", "Delete everything of a run that has ended.")
        {
            Query = new Dictionary<string, string> { ["force"] = "true: end it first, whatever state it is in, and delete what is left of it." },
            Answers = new Dictionary<int, Type?> { [202] = typeof(JsonObject) },
            Problems = [400, 404, 409],
        },
        new(
            "ResumeRun", "post", "runs/{runId}/resume",
            "Go on with a run that failed or was cancelled: what has completed and is not changed is not executed again.")
        {
            BodySchema = ApiSchemas.Resume,
            Answers = new Dictionary<int, Type?> { [202] = typeof(StartPayload) },
            NeedsModels = true,
            Problems = [400, 404, 409, 413, 415],
        },
        new("RestartRun", "post", "runs/{runId}/restart", "Start a new run with the same definition and inputs.")
        {
            Answers = new Dictionary<int, Type?> { [202] = typeof(StartPayload) },
            NeedsModels = true,
            Problems = [400, 404],
        },
        new("SuspendRun", "post", "runs/{runId}/suspend", "Nothing new starts; executing steps finish, and the run's time stands still.")
        {
            Answers = new Dictionary<int, Type?> { [202] = typeof(JsonObject) },
            Problems = [404, 409],
        },
        new("ContinueRun", "post", "runs/{runId}/continue", "A suspended run goes on.")
        {
            Answers = new Dictionary<int, Type?> { [202] = typeof(JsonObject) },
            Problems = [404, 409],
        },
        new("CancelRun", "post", "runs/{runId}/cancel", "Ask the run to end; it does when its executing steps have ended.")
        {
            NeedsModels = true,
            Answers = new Dictionary<int, Type?> { [202] = typeof(JsonObject) },
            Problems = [404, 409],
        },
        new("ValidateWorkflow", "post", "workflows/validate", "Everything that is wrong with the definition in the body.")
        {
            BodySchema = """{ "type": "object" }""",
            Texts = ["application/yaml", "text/plain"],
            Answers = new Dictionary<int, Type?> { [200] = typeof(JsonObject) },
            Problems = [413],
        },
        new("PutWorkflow", "put", "workflows/{slug}", "Store the definition in the body.")
        {
            Query = App,
            Headers = WriteHeaders,
            BodySchema = """{ "type": "object" }""",
            Texts = ["application/yaml", "text/plain"],
            Answers = new Dictionary<int, Type?> { [200] = typeof(JsonObject), [201] = typeof(JsonObject) },
            Problems = [400, 409, 412, 413, 415],
        },
        new("GetWorkflow", "get", "workflows/{slug}", "A stored workflow with its definition; its id will do in place of the slug.")
        {
            Query = App,
            Answers = new Dictionary<int, Type?> { [200] = typeof(WorkflowDocument) },
            Problems = [404, 409],
        },
        new("DeleteWorkflow", "delete", "workflows/{slug}", "Forget the name; runs that were started stay as they are.")
        {
            Query = App,
            Headers = WriteHeaders,
            Answers = new Dictionary<int, Type?> { [204] = null },
            Problems = [404, 409, 412],
        },
        new("GetWorkflowVersions", "get", "workflows/{slug}/versions", "Every text that was stored under the name, the newest first.")
        {
            Query = App,
            Answers = new Dictionary<int, Type?> { [200] = typeof(JsonObject) },
            Problems = [404, 409],
        },
        new("StartWorkflow", "post", "workflows/{slug}/runs", "Start the stored workflow.")
        {
            Query = StartQuery.Concat(App).ToDictionary(),
            Headers = StartHeaders,
            BodySchema = ApiSchemas.StartStored,
            Answers = new Dictionary<int, Type?> { [200] = typeof(RunDocument), [202] = typeof(StartPayload) },
            NeedsModels = true,
            Problems = [400, 404, 409, 410, 413, 415, 422],
        },
        new("PutPrompt", "put", "prompts/{slug}", "Store the prompt in the body as the newest version.")
        {
            Query = App.Append(KeyValuePair.Create("label", "An environment that uses this version.")).ToDictionary(),
            Headers = WriteHeaders,
            BodySchema = """{ "type": "object" }""",
            Texts = ["text/markdown", "text/plain", "text/x-prompty"],
            Answers = new Dictionary<int, Type?> { [200] = typeof(PromptDocument), [201] = typeof(PromptDocument) },
            Problems = [400, 409, 412, 413, 415],
        },
        new("GetPrompt", "get", "prompts/{slug}", "The newest version of a prompt; slug@version: that one.")
        {
            Query = App.Append(KeyValuePair.Create("environment", "The version that this environment uses.")).ToDictionary(),
            Answers = new Dictionary<int, Type?> { [200] = typeof(PromptDocument) },
            Problems = [404, 409],
        },
        new("DeletePrompt", "delete", "prompts/{slug}", "Forget a prompt with all its versions; runs that were started stay as they are.")
        {
            Query = App,
            Headers = WriteHeaders,
            Answers = new Dictionary<int, Type?> { [204] = null },
            Problems = [400, 404, 409, 412],
        },
        new("Health", "get", "health", "Whether the app can work.")
        {
            Answers = new Dictionary<int, Type?> { [200] = typeof(JsonObject) },
            Problems = [503],
        },
        new("GetOpenApi", "get", "openapi.json", "This document.") { Answers = new Dictionary<int, Type?> { [200] = typeof(JsonObject) } },
    ];
}

/// <summary>The description of an operation of the API. Immutable.</summary>
/// <param name="Function">The name of the function.</param>
/// <param name="Method">In lower case.</param>
/// <param name="Route">The route below the route prefix, with parameters in braces.</param>
/// <param name="Summary">One sentence.</param>
internal sealed record ApiOperation(string Function, string Method, string Route, string Summary)
{
    /// <summary>Descriptions of query parameters by name.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>();

    /// <summary>Descriptions of request headers by name.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The type of a JSON body; null when there is none, or another property describes it.</summary>
    public Type? Body { get; init; }

    /// <summary>The schema of a JSON body that has no type; null when there is none.</summary>
    public string? BodySchema { get; init; }

    /// <summary>Media types of a text body; empty for none.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>Types of successful answers by status; null for an answer without a body.</summary>
    public IReadOnlyDictionary<int, Type?> Answers { get; init; } = new Dictionary<int, Type?>();

    /// <summary>Whether it is answered 503 as well when no provider is configured for the models that the run would ask.</summary>
    public bool NeedsModels { get; init; }

    /// <summary>Statuses of answers with problem details.</summary>
    public IReadOnlyList<int> Problems { get; init; } = [];
}
