using System.Net;
using System.Text;
using Moq;
using Orchestrator.Activities.Records;
using Orchestrator.Storage;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests.Http;

/// <summary>Validation and health over a real socket.</summary>
public class DefinitionAndHealthTests
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

    [Fact]
    public async Task Health_is_ok_while_the_store_answers()
    {
        await using var api = await ApiHost.StartAsync();
        Assert.Equal("ok", (await api.GetAsync("/api/health")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Health_is_ok_whatever_callers_name_their_runs()
    {
        using var folder = new TempFolder();
        await using var api = await ApiHost.StartAsync(new FileContentStore(folder.Path, TimeProvider.System, StoreFolders.All));
        await api.StartRunAsync(ApiHost.Body(""", "runId": "health" """));

        Assert.Equal("ok", (await api.GetAsync("/api/health")).GetProperty("status").GetString());
        await api.App.WaitAsync("health");
    }

    [Theory]
    [InlineData("/api/health")]
    [InlineData("/api/runs/r1")]
    [InlineData("/api/runs/r1/steps/a")]
    [InlineData("/api/workflows/w1?app=a")]
    public async Task Store_that_fails_is_503_and_does_not_tell_its_place(string path)
    {
        var store = new Mock<IContentStore>();
        store.Setup(it => it.GetAsync(It.IsAny<ContentKey>(), It.IsAny<CancellationToken>())).ThrowsAsync(new ContentStoreException("/secret/place", "The disk /secret/place is gone."));
        await using var api = await ApiHost.StartAsync(store.Object);
        using var response = await api.Client.GetAsync(path);
        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.ServiceUnavailable, "storeUnavailable");
        Assert.DoesNotContain("/secret", problem.GetRawText(), StringComparison.Ordinal);
    }
}
