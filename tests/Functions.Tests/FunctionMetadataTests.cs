using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Orchestrator.Functions.Orchestrations;

namespace Orchestrator.Functions.Tests;

/// <summary>
/// What the Functions host will see of the app: names, triggers, routes, methods, authorization levels. A change here is a change for callers.
/// </summary>
public class FunctionMetadataTests
{
    private static readonly string[] Expected =
    [
        "CancelRun: http post runs/{runId}/cancel Function",
        "CancelSteps: activity",
        "ContinueRun: http post runs/{runId}/continue Function",
        "DeletePrompt: http delete prompts/{slug} Function",
        "DeleteRun: http delete runs/{runId} Function",
        "DeleteWorkflow: http delete workflows/{slug} Function",
        "ExecuteStep: activity",
        "FinishRun: activity",
        "GetOpenApi: http get openapi.json Function",
        "GetPrompt: http get prompts/{slug} Function",
        "GetRun: http get runs/{runId} Function",
        "GetRunStep: http get runs/{runId}/steps/{stepPath} Function",
        "GetWorkflow: http get workflows/{slug} Function",
        "GetWorkflowVersions: http get workflows/{slug}/versions Function",
        "Health: http get health Anonymous",
        "ListRuns: http get runs Function",
        "PrepareRun: activity",
        "PruneRuns: timer 0 0 */6 * * *",
        "PutPrompt: http put prompts/{slug} Function",
        "PutWorkflow: http put workflows/{slug} Function",
        "RecordFacts: activity",
        "RestartRun: http post runs/{runId}/restart Function",
        "ResumeRun: http post runs/{runId}/resume Function",
        "ResumeUpgradedRuns: timer 0 */5 * * * *",
        "StartRun: http post runs Function",
        "StartWorkflow: http post workflows/{slug}/runs Function",
        "SuspendRun: http post runs/{runId}/suspend Function",
        "ValidateWorkflow: http post workflows/validate Function",
        "WorkflowRun: orchestration",
    ];

    [Fact]
    public void Functions_are_those_that_callers_know() => Assert.Equal(Expected, Functions().Select(Describe).Order(StringComparer.Ordinal));

    [Fact]
    public void Metadata_that_the_build_generates_for_the_host_are_the_same_functions()
    {
        using var metadata = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "functions.metadata")));

        Assert.Equal(Expected, metadata.RootElement.EnumerateArray().Select(Describe).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Host_fails_instances_of_any_other_version_than_starts_are_given()
    {
        using var host = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "host.json")));

        var durable = host.RootElement.GetProperty("extensions").GetProperty("durableTask");
        Assert.Equal(OrchestrationVersion.Current, durable.GetProperty("defaultVersion").GetString());
        Assert.Equal(
            ("Strict", "Fail"), (durable.GetProperty("versionMatchStrategy").GetString(), durable.GetProperty("versionFailureStrategy").GetString()));
    }

    [Fact]
    public void Functions_are_public_methods_of_public_classes_with_one_trigger_each()
    {
        Assert.All(Functions(), function =>
        {
            Assert.True(
                function.IsPublic && function.DeclaringType is { IsPublic: true, IsNested: false }, $"{function.DeclaringType}.{function.Name}");
            Assert.Single(function.GetParameters(), parameter => Trigger(parameter) is not null);
        });
    }

    [Fact]
    public void Durable_clients_are_bound_by_their_attribute()
    {
        var clients = Functions().SelectMany(function => function.GetParameters())
            .Where(parameter => parameter.ParameterType == typeof(Microsoft.DurableTask.Client.DurableTaskClient)).ToList();

        Assert.NotEmpty(clients);
        Assert.All(clients, parameter => Assert.NotNull(parameter.GetCustomAttribute<DurableClientAttribute>()));
    }

    private static IEnumerable<MethodInfo> Functions() => typeof(OrchestratorServices).Assembly.GetTypes()
        .SelectMany(type =>
            type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(method => method.GetCustomAttribute<FunctionAttribute>() is not null);

    private static string Describe(MethodInfo function) =>
        $"{function.GetCustomAttribute<FunctionAttribute>()!.Name}: " +
        function.GetParameters().Select(Trigger).Single(trigger => trigger is not null);

    private static string Describe(JsonElement function)
    {
        var trigger = function.GetProperty("bindings").EnumerateArray()
            .Single(binding => binding.GetProperty("type").GetString()!.EndsWith("Trigger", StringComparison.Ordinal));
        string Text(string member) => trigger.GetProperty(member).GetString()!;
        return $"{function.GetProperty("name")}: " + Text("type") switch
        {
            "httpTrigger" => $"http {string.Join(',', trigger.GetProperty("methods").EnumerateArray())} {Text("route")} {Text("authLevel")}",
            "orchestrationTrigger" => "orchestration",
            "activityTrigger" => "activity",
            "timerTrigger" => $"timer {Text("schedule")}",
            var other => other,
        };
    }

    private static string? Trigger(ParameterInfo parameter) => parameter.GetCustomAttributes().Select(attribute => attribute switch
    {
        HttpTriggerAttribute http => $"http {string.Join(',', http.Methods ?? [])} {http.Route} {http.AuthLevel}",
        OrchestrationTriggerAttribute => "orchestration",
        ActivityTriggerAttribute => "activity",
        TimerTriggerAttribute timer => $"timer {timer.Schedule}",
        _ => null,
    }).SingleOrDefault(trigger => trigger is not null);
}
