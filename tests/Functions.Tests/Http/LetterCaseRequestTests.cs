using System.Net;
using System.Text.Json;

namespace Orchestrator.Functions.Tests.Http;

/// <summary>Letter case counts in requests and in the values that they bring.</summary>
[Trait("Trust", "13")]
public sealed class LetterCaseRequestTests
{
    private const string Definition = """{ "steps": [ { "id": "m", "type": "merge", "from": { "X": "inputs.Id", "x": "inputs.id" } } ] }""";

    [Fact]
    public async Task Inputs_that_differ_only_in_case_both_arrive()
    {
        await using var api = await ApiHost.StartAsync();

        using var response = await api.PostAsync(
            "/api/runs?wait=60",
            $$"""{ "definition": {{Definition}}, "inputs": { "Id": 1, "id": { "a": 2, "A": 3 } }, "options": { "mocks": {{ApiHost.Quick}} } }""");

        var run = await ApiHost.ReadAsync(response, HttpStatusCode.OK);
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal("""{"Id":1,"id":{"a":2,"A":3},"m":{"X":1,"x":{"a":2,"A":3}}}""", JsonSerializer.Serialize(run.GetProperty("outputs")));
    }

    [Theory]
    [InlineData("""{ "definition": DEFINITION, "inputs": { "a": { "b": 1, "b": 2 } } }""", "'b' is given twice in one object")]
    [InlineData("""{ "definition": DEFINITION, "Inputs": {} }""", "There is no 'Inputs' in the request.")]
    [InlineData("""{ "definition": DEFINITION, "runId": "Nul" }""", "Windows")]
    public async Task Request_is_refused_with_its_mistake_named(string body, string reason)
    {
        await using var api = await ApiHost.StartAsync();

        using var response = await api.PostAsync("/api/runs", body.Replace("DEFINITION", Definition, StringComparison.Ordinal));

        var problem = await ApiHost.ReadAsync(response, HttpStatusCode.BadRequest);
        Assert.Contains(reason, problem.GetRawText().Replace("\\u0027", "'", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
