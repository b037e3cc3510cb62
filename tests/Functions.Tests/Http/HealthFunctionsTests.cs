using Orchestrator.Activities.Records;
using Orchestrator.Storage.Files;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests.Http;

/// <summary><c>GET /api/health</c> over a real socket.</summary>
public class HealthFunctionsTests
{
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
}
