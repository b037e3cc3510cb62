using System.Net;
using System.Text;

namespace Orchestrator.Functions.Tests.Http.Workflows;

/// <summary><c>POST /api/workflows/validate</c> over a real socket.</summary>
public class ValidationTests
{
    [Theory]
    [InlineData("{ \"steps\": [ { \"id\": \"a\", \"prompt\": \"A.\" } ] }", "application/json", true)]
    [InlineData("steps:\n  - id: a\n    prompt: A.\n", "application/yaml", true)]
    [InlineData("steps: []\n", "text/plain", false)]
    [InlineData("", "application/json", false)]
    [InlineData("{ \"steps\": [", "application/json", false)]
    public async Task Definition_is_validated_whatever_it_is_written_in(string definition, string mediaType, bool valid)
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/workflows/validate", definition, mediaType);
        var answer = await ApiHost.ReadAsync(response, HttpStatusCode.OK);
        Assert.Equal(["valid", "diagnostics"], answer.EnumerateObject().Select(member => member.Name));
        Assert.Equal((valid, valid), (answer.GetProperty("valid").GetBoolean(), answer.GetProperty("diagnostics").GetArrayLength() == 0));
    }

    [Fact]
    public async Task Diagnostic_has_the_members_of_the_command_line()
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/workflows/validate", """{ "steps": [ { "id": "a", "promt": "A." } ] }""");
        var answer = await ApiHost.ReadAsync(response, HttpStatusCode.OK);
        Assert.Equal(
            ["code", "severity", "pointer", "line", "column", "message", "suggestion", "step"],
            answer.GetProperty("diagnostics")[0].EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Definition_that_is_too_large_is_413()
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/workflows/validate", new StringBuilder().Append(' ', (8 * 1024 * 1024) + 1).ToString());
        await ApiHost.ReadProblemAsync(response, HttpStatusCode.RequestEntityTooLarge, "payloadTooLarge");
    }
}
