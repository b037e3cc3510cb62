using System.Net;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Tests.Http.Runs;

/// <summary>Runs whose end, or only its event, is not taken by a full disk: reads show them, and deletions free the space.</summary>
[Trait("Trust", "15")]
public sealed class FullDiskTests : IAsyncLifetime
{
    private static readonly ContentStoreException Full =
        new("/secret/place", "The disk of /secret/place is full.") { IsFull = true, Hint = "its disk is full." };

    private readonly TroubledStore _store = new();
    private ApiHost _api = null!;

    public async Task InitializeAsync()
    {
        _api = await ApiHost.StartAsync(_store);
        await _api.StartRunAsync(ApiHost.Body(""", "runId": "r2" """));
        await _api.App.WaitAsync("r2");
        await _api.StartRunAsync(ApiHost.Body(""", "runId": "r1" """, ApiHost.Slow));
        await _api.App.Client.TerminateInstanceAsync("r1");
        await _api.App.Client.WaitForInstanceCompletionAsync("r1");
    }

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Fact]
    public async Task Event_that_is_not_taken_fails_no_read_and_is_written_by_a_later_one()
    {
        FailWrites("/log-");

        foreach (var _ in (int[])[1, 2])
        {
            Assert.Equal(["cancelled", "completed"], await StatusesAsync());
            Assert.Equal("cancelled", (await _api.GetAsync("/api/runs/r1")).GetProperty("status").GetString());
            Assert.True((await RecordAsync())!.IsEndEventPending);
        }

        _store.Before = (_, _) => { };
        await _api.GetAsync("/api/runs");
        Assert.False((await RecordAsync())!.IsEndEventPending);
        Assert.Equal(RunEventNames.RunCancelled, (await EventsAsync())[^1].Event);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_with_a_missing_event_is_deleted_without_an_attempt_to_write_it(bool isPruned)
    {
        FailWrites("/log-");
        await StatusesAsync();
        var appends = 0;
        _store.Before = (key, content) =>
        {
            if (content.Length > 0 && key.Contains("/log-", StringComparison.Ordinal))
            {
                appends++;
                throw Full;
            }
        };

        if (isPruned)
        {
            var report = await _api.App.Get<RunPruner>().PruneAsync(_api.App.Client, DateTimeOffset.UtcNow.AddDays(1), default);
            Assert.Equal(["r1", "r2"], report.Runs.Select(run => run.RunId).Order(StringComparer.Ordinal));
        }
        else
        {
            using var deleted = await _api.Client.DeleteAsync("/api/runs/r1");
            await ApiHost.ReadAsync(deleted, HttpStatusCode.Accepted);
        }

        Assert.Equal((null, 0), (await RecordAsync(), appends));
    }

    [Fact]
    public async Task Run_whose_end_cannot_be_recorded_is_shown_as_it_is_stored_with_the_reason()
    {
        FailWrites("");

        var rows = (await _api.GetAsync("/api/runs")).GetProperty("runs").EnumerateArray().ToList();
        Assert.Equal(["r1", "r2"], rows.Select(row => row.GetProperty("runId").GetString()));
        foreach (var shown in new[] { rows[0], await _api.GetAsync("/api/runs/r1") })
        {
            Assert.Contains("its disk is full", shown.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
            Assert.DoesNotContain("secret", shown.GetRawText(), StringComparison.Ordinal);
        }

        _store.Before = (_, _) => { };
        Assert.Equal(["cancelled", "completed"], await StatusesAsync());
    }

    /// <summary>Fails the writes of keys with this part.</summary>
    private void FailWrites(string part) => _store.Before = (key, content) =>
    {
        if (content.Length > 0 && key.Contains(part, StringComparison.Ordinal))
        {
            throw Full;
        }
    };

    private async Task<List<string?>> StatusesAsync() =>
        [.. (await _api.GetAsync("/api/runs")).GetProperty("runs").EnumerateArray().Select(row => row.GetProperty("status").GetString())];

    private Task<RunRecord?> RecordAsync() => _api.App.Get<RunStore>().FindAsync("r1", default);

    private async Task<IReadOnlyList<RunEvent>> EventsAsync() =>
        (await _api.App.Get<RunEventFeed>().ReadAsync(await _api.App.IdentityAsync("r1"), default));
}
