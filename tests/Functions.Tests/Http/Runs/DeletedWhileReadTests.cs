using System.Net;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Tests.Http.Runs;

/// <summary>Runs that another caller deletes between the listing and the correction of their record.</summary>
[Trait("Trust", "15")]
public sealed class DeletedWhileReadTests : IAsyncLifetime
{
    private readonly TroubledStore _store = new();
    private ApiHost _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiHost.StartAsync(_store);
        await _api.StartRunAsync(ApiHost.Body(""", "runId": "r2" """));
        await _api.App.WaitAsync("r2");
        await _api.StartRunAsync(ApiHost.Body(""", "runId": "r1" """, ApiHost.Slow));
        await foreach (var item in _api.App.Get<RunEventFeed>().FollowAsync(await _api.App.IdentityAsync("r1"), withTexts: true, default))
        {
            if (item.Event == RunEventNames.StepStarted)
            {
                break;
            }
        }
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task List_leaves_it_out_and_a_read_of_it_is_404(bool isSuspended)
    {
        if (isSuspended)
        {
            await _api.App.Client.SuspendInstanceAsync("r1");
        }
        else
        {
            await _api.App.Client.TerminateInstanceAsync("r1");
            await _api.App.Client.WaitForInstanceCompletionAsync("r1");
        }

        var record = ContentKey.Parse("runs/r1/run.json");
        var stored = (await _store.GetAsync(record))!.Bytes;
        DeleteBeforeTheWrite(record);
        var listed = (await _api.GetAsync("/api/runs")).GetProperty("runs").EnumerateArray().Select(row => row.GetProperty("runId").GetString());
        Assert.Equal(["r2"], listed);

        await _store.PutAsync(record, stored);
        DeleteBeforeTheWrite(record);
        using var answer = await _api.Client.GetAsync("/api/runs/r1");
        Assert.Equal("runNotFound", (await ApiHost.ReadAsync(answer, HttpStatusCode.NotFound)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task Suspending_it_is_404()
    {
        DeleteBeforeTheWrite(ContentKey.Parse("runs/r1/run.json"));

        using var answer = await _api.Client.PostAsync("/api/runs/r1/suspend", null);

        Assert.Equal("runNotFound", (await ApiHost.ReadAsync(answer, HttpStatusCode.NotFound)).GetProperty("code").GetString());
    }

    private void DeleteBeforeTheWrite(ContentKey record) => _store.Before = (key, content) =>
    {
        if (content.Length > 0 && key == record.Value)
        {
            _store.Before = (_, _) => { };
            Task.Run(() => _store.DeleteAsync(record)).GetAwaiter().GetResult();
        }
    };
}
