using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Azure.Functions.Worker;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Functions.Http.OpenApi;

/// <summary>The description of the API. Thread-safe.</summary>
public static class ApiFunctions
{
    /// <summary><c>GET /api/openapi.json</c>: this API as an OpenAPI document.</summary>
    [Function("GetOpenApi")]
    public static IResult Get([HttpTrigger(AuthorizationLevel.Function, "get", Route = "openapi.json")] HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var path = request.Path.Value ?? "";
        var api = $"{request.Scheme}://{request.Host}{path[..path.LastIndexOf('/')]}";
        return Results.Json(ApiDocument.Create(api, ApiOperations.All), WorkflowJson.Compact);
    }
}

/// <summary>
/// Creates the OpenAPI 3.1 document of the API. The schemas are generated from the types that are serialized, so that they cannot differ; a test
/// compares the operations with the functions.
/// </summary>
internal static partial class ApiDocument
{
    /// <param name="server">The base address of the routes.</param>
    public static JsonObject Create(string server, IEnumerable<ApiOperation> operations)
    {
        var schemas = new JsonObject();
        var paths = new JsonObject();
        foreach (var operation in operations)
        {
            var path = $"/{operation.Route}";
            var item = paths[path] as JsonObject ?? [];
            paths[path] = item;
            item[operation.Method] = Operation(operation, schemas);
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Orchestrator",
                ["version"] = "1",
                ["description"] = "Durable, parallel workflows of prompts.",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = server }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject
                {
                    ["key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-functions-key" },
                },
            },
        };
    }

    private static JsonObject Operation(ApiOperation operation, JsonObject schemas)
    {
        var parameters = new JsonArray(
        [
            .. PathParameter.Matches(operation.Route).Select(match => Parameter(match.Groups[1].Value, "path", null)),
            .. operation.Query.Select(entry => Parameter(entry.Key, "query", entry.Value)),
            .. operation.Headers.Select(entry => Parameter(entry.Key, "header", entry.Value)),
        ]);
        var document = new JsonObject { ["operationId"] = operation.Function, ["summary"] = operation.Summary };
        if (parameters.Count > 0)
        {
            document["parameters"] = parameters;
        }

        if (Body(operation, schemas) is { Count: > 0 } content)
        {
            document["requestBody"] = new JsonObject { ["required"] = true, ["content"] = content };
        }

        document["responses"] = Responses(operation, schemas);
        return document;
    }

    private static JsonObject Parameter(string name, string where, string? description)
    {
        var parameter = new JsonObject
        {
            ["name"] = name,
            ["in"] = where,
            ["required"] = where == "path",
            ["schema"] = new JsonObject { ["type"] = "string" },
        };
        if (description is not null)
        {
            parameter["description"] = description;
        }

        return parameter;
    }

    private static JsonObject Body(ApiOperation operation, JsonObject schemas)
    {
        var content = new JsonObject(operation.Texts.Select(type =>
            KeyValuePair.Create<string, JsonNode?>(type, new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } })));
        if (operation.Body is { } body)
        {
            content["application/json"] = Json(body, schemas);
        }

        if (operation.BodySchema is { } schema)
        {
            content["application/json"] = new JsonObject { ["schema"] = JsonNode.Parse(schema) };
        }

        return content;
    }

    private static JsonObject Responses(ApiOperation operation, JsonObject schemas)
    {
        var responses = new JsonObject();
        foreach (var (status, type) in operation.Answers)
        {
            var response = Described(status);
            if (type is not null)
            {
                response["content"] = new JsonObject { ["application/json"] = Json(type, schemas) };
            }

            responses[Text(status)] = response;
        }

        // Every operation uses the store, which may be unavailable.
        foreach (var status in operation.Problems.Append(StatusCodes.Status503ServiceUnavailable).Distinct())
        {
            var response = Described(status);
            if (status == StatusCodes.Status503ServiceUnavailable && operation.NeedsModels)
            {
                response["description"] = "The content store cannot be used (storeUnavailable), or a model that the run would ask (unavailable).";
            }

            response["content"] = new JsonObject { ["application/problem+json"] = Json(typeof(ProblemDetails), schemas) };
            responses[Text(status)] = response;
        }

        return responses;
    }

    private static JsonObject Described(int status) => new() { ["description"] = ReasonPhrases.GetReasonPhrase(status) };

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);

    private static JsonObject Json(Type type, JsonObject schemas)
    {
        if (!schemas.ContainsKey(type.Name))
        {
            schemas[type.Name] = Rooted(WorkflowJson.Document.GetJsonSchemaAsNode(type), $"#/components/schemas/{type.Name}");
        }

        return new JsonObject { ["schema"] = new JsonObject { ["$ref"] = $"#/components/schemas/{type.Name}" } };
    }

    /// <summary>Rebases the references of a schema to its own parts: they start at its root, which is a part of the document here.</summary>
    private static JsonNode Rooted(JsonNode schema, string root)
    {
        foreach (var node in Below(schema).OfType<JsonObject>().Where(node => node["$ref"] is JsonValue).ToList())
        {
            node["$ref"] = root + node["$ref"]!.GetValue<string>()[1..];
        }

        return schema;
    }

    private static IEnumerable<JsonNode> Below(JsonNode node)
    {
        var open = new Stack<JsonNode>([node]);
        while (open.TryPop(out var current))
        {
            yield return current;
            var inner = current switch
            {
                JsonObject members => members.Select(member => member.Value),
                JsonArray items => items,
                _ => [],
            };
            foreach (var child in inner.OfType<JsonNode>())
            {
                open.Push(child);
            }
        }
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex PathParameter { get; }
}
