using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Orchestrator.Functions.Http.OpenApi;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats.Requests;

namespace Orchestrator.Functions.Tests.Http.OpenApi;

public class ApiDocumentTests
{
    private static readonly JsonObject Document = ApiDocument.Create("http://localhost:7071/api", ApiOperations.All);

    [Fact]
    public void Operations_are_exactly_those_of_the_functions()
    {
        var functions = typeof(OrchestratorServices).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttribute<FunctionAttribute>() is not null)
            .SelectMany(method =>
                method.GetParameters().Select(parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>()).OfType<HttpTriggerAttribute>()
                    .SelectMany(trigger =>
                        trigger.Methods!.Select(verb => $"{method.GetCustomAttribute<FunctionAttribute>()!.Name} {verb} {trigger.Route}")));

        Assert.Equal(functions.Order(), ApiOperations.All.Select(operation => $"{operation.Function} {operation.Method} {operation.Route}").Order());
    }

    [Fact]
    public void Every_reference_leads_to_a_schema()
    {
        var references = Nodes(Document).OfType<JsonObject>().Select(node => node["$ref"]).OfType<JsonValue>()
            .Select(value => value.GetValue<string>()).ToList();

        Assert.NotEmpty(references);
        Assert.All(references, reference => Assert.NotNull(Follow(reference)));
    }

    [Fact]
    public void Every_operation_has_a_successful_answer_and_a_sentence()
    {
        Assert.All(ApiOperations.All, operation =>
        {
            Assert.Contains(operation.Answers.Keys, status => status is >= 200 and < 300);
            Assert.EndsWith(".", operation.Summary, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Operations_that_may_ask_models_name_that_none_answers()
    {
        var naming = ApiOperations.All.Where(operation => ((string?)Document["paths"]![$"/{operation.Route}"]![operation.Method]!["responses"]!["503"]!
            ["description"])!.Contains("(unavailable)", StringComparison.Ordinal));

        Assert.Equal(["StartRun", "ResumeRun", "RestartRun", "CancelRun", "StartWorkflow"], naming.Select(operation => operation.Function));
    }

    [Fact]
    public void Shape_of_the_start_payload_is_the_contracts()
    {
        var members = Document["components"]!["schemas"]!["StartPayload"]!["properties"]!.AsObject().Select(member => member.Key);

        Assert.Equal(
            [
                "id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "suspendPostUri", "resumePostUri", "purgeHistoryDeleteUri",
                "restartPostUri", "runId", "runUri", "eventsUri", "resumeRunUri",
            ],
            members);
    }

    [Fact]
    public void Members_of_a_start_are_exactly_those_that_are_read()
    {
        var start = JsonNode.Parse(ApiSchemas.Start)!;
        var options = start["properties"]!["options"]!["properties"]!.AsObject().Select(member => member.Key).ToList();
        var members = start["properties"]!.AsObject().Select(member => member.Key).ToList();

        Assert.Equal("definition", Assert.Single(start["required"]!.AsArray())!.GetValue<string>());
        Assert.DoesNotContain(Unknown(members, options), finding => finding.Code == DiagnosticCodes.UnknownProperty);
        Assert.Equal(2, Unknown([.. members, "other"], [.. options, "other"]).Count(finding => finding.Code == DiagnosticCodes.UnknownProperty));

        static IReadOnlyList<Diagnostic> Unknown(IEnumerable<string> members, IEnumerable<string> options)
        {
            var body = new JsonObject(members.Select(name => KeyValuePair.Create<string, JsonNode?>(name, null)))
            {
                ["options"] = new JsonObject(options.Select(name => KeyValuePair.Create<string, JsonNode?>(name, null))),
            };
            RunStartReader.Read(System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), hasDefinition: true, out var findings);
            return findings;
        }
    }

    private static JsonNode? Follow(string reference)
    {
        JsonNode? node = Document;
        foreach (var part in reference.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            node = node is JsonArray items ? items[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] : node?[name];
        }

        return node;
    }

    private static IEnumerable<JsonNode> Nodes(JsonNode node)
    {
        yield return node;
        var inner = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var below in inner.OfType<JsonNode>().SelectMany(Nodes))
        {
            yield return below;
        }
    }
}
