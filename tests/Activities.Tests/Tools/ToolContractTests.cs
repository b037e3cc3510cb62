using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Activities.Tools;

namespace Orchestrator.Activities.Tests.Tools;

/// <summary>Rules for every built-in tool.</summary>
public sealed class ToolContractTests
{
    private static readonly ToolSet Tools = new ServiceCollection()
        .AddOrchestratorActivities("m", claims: null)
        .BuildServiceProvider()
        .GetRequiredService<ToolSet>();

    public static TheoryData<string> Names => new(Tools.Names);

    [Fact]
    public void Built_in_tools_are_registered() =>
        Assert.Equal(["database_query", "delay", "fail", "http_request", "merge", "template", "transform"], Tools.Names);

    [Fact]
    public void Tool_of_a_host_stands_beside_the_built_in_ones()
    {
        var services = new ServiceCollection().AddSingleton<ITool>(new ToolDouble("echo")).AddOrchestratorActivities("m", claims: null);

        using var provider = services.BuildServiceProvider();

        Assert.Equal(Tools.Names.Append("echo").Order(StringComparer.Ordinal), provider.GetRequiredService<ToolSet>().Names);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Description_is_one_sentence(string name) => Assert.Matches("^[A-Z][^.]+\\.$", Tools.Find(name)!.Description);

    [Theory]
    [MemberData(nameof(Names))]
    public void Schema_is_a_closed_object_with_described_members(string name)
    {
        var schema = Tools.Find(name)!.InputSchema;

        Assert.Equal("object", (string?)schema["type"]);
        Assert.False((bool)schema["additionalProperties"]!);
        var properties = (JsonObject)schema["properties"]!;
        Assert.NotEmpty(properties);
        Assert.All(properties, property => Assert.Matches("^[A-Z].+\\.$", (string?)property.Value!["description"]));
        Assert.NotEmpty((JsonArray)schema["required"]!);
        Assert.All((JsonArray)schema["required"]!, required => Assert.True(properties.ContainsKey((string)required!)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Empty_input_is_refused_with_everything_that_is_missing(string name)
    {
        var required = ((JsonArray)Tools.Find(name)!.InputSchema["required"]!).Select(member => $"'{member}' is missing.");

        Assert.Equal(required, ToolInputCheck.Check(Tools.Find(name)!.InputSchema, new JsonObject()).Select(finding => finding.Message));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Unknown_member_is_refused(string name) =>
        Assert.Contains(
            ToolInputCheck.Check(Tools.Find(name)!.InputSchema, new JsonObject { ["nonsense_member"] = 1 }),
            finding => finding is { Pointer: "/nonsense_member", Suggestion: not null });
}
