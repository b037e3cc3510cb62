using System.Net;
using Orchestrator.Functions.Http.OpenApi;
using Orchestrator.Storage;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests.Http;

/// <summary>A store whose reads do not complete: requests end at their time limit.</summary>
public sealed class HangingStoreTests : IDisposable
{
    private readonly SteppedTimeProvider _time = new();
    private readonly TroubledStore _store = new();
    private readonly ManualResetEventSlim _blocked = new();
    private readonly TaskCompletionSource _held = new();

    /// <summary>Every operation that reads and needs the store: new ones are tested without being listed here.</summary>
    public static TheoryData<string> Reads => [.. ApiOperations.All
        .Where(operation => operation.Method == "get" && operation.Function != "GetOpenApi")
        .Select(operation => operation.Route.Replace("{runId}", "r1", StringComparison.Ordinal).Replace("{stepPath}", "a", StringComparison.Ordinal)
            .Replace("{slug}", "w1", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task Read_is_503_when_its_time_is_up(string route)
    {
        await using var api = await ApiHost.StartAsync(_store, activityTime: _time);
        _store.Holds = () => _held.Task;
        await IsUnavailableAsync(api, route);

        _held.SetResult();
        using var after = await api.Client.GetAsync($"/api/{route}");
        Assert.NotEqual(HttpStatusCode.ServiceUnavailable, after.StatusCode);
    }

    [Fact]
    public async Task Read_whose_time_is_up_between_two_tries_says_why_the_first_one_failed()
    {
        var failed =
            new ContentStoreException("/secret/place", "The account at /secret/place is gone.") { Hint = "it is gone. Check AzureWebJobsStorage." };
        await using var api = await ApiHost.StartAsync(new RetryingContentStore(_store, TimeProvider.System), activityTime: _time);
        var tries = 0;
        _store.Before = (_, _) =>
        {
            if (tries++ > 0)
            {
                // The limit passes during the second try.
                _time.Advance(BoundedRead.Limit);
            }

            throw failed;
        };
        using var response = await api.Client.GetAsync("/api/health");

        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.ServiceUnavailable, "storeUnavailable");
        Assert.StartsWith(
            "The content store cannot be used: it is gone. Check AzureWebJobsStorage. ", problem.GetProperty("detail").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_that_blocks_its_thread_as_a_network_folder_does_is_503_too()
    {
        await using var api = await ApiHost.StartAsync(_store, activityTime: _time);
        _store.Before = (_, _) => _blocked.Wait();
        try
        {
            await IsUnavailableAsync(api, "runs/r1");
        }
        finally
        {
            _blocked.Set();
        }
    }

    [Fact]
    public async Task Start_that_waits_answers_as_one_that_does_not_when_the_store_hangs_meanwhile()
    {
        await using var api = await ApiHost.StartAsync(_store, activityTime: _time);
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.Before = (key, written) =>
        {
            if (written.Length == 0 && key.Contains("/log-", StringComparison.Ordinal))
            {
                hangs.TrySetResult();
            }
        };
        _store.Holds = () => hangs.Task.IsCompleted ? _held.Task : Task.CompletedTask;
        var asked = api.PostAsync("/api/runs?wait=30", ApiHost.Body(""", "runId": "r1" """));

        // The time must not pass before the store hangs.
        await hangs.Task.WaitAsync(TimeSpan.FromMinutes(1));
        await _time.WhenTimerDueInAsync(TimeSpan.FromSeconds(30) + BoundedRead.Limit + BoundedRead.Grace);
        _time.Advance(TimeSpan.FromSeconds(30) + BoundedRead.Limit + BoundedRead.Grace);

        using var response = await asked;
        Assert.Equal("r1", (await ApiHost.ReadAsync(response, HttpStatusCode.Accepted)).GetProperty("runId").GetString());
        _held.SetResult();
    }

    private async Task IsUnavailableAsync(ApiHost api, string route)
    {
        var asked = api.Client.GetAsync($"/api/{route}");
        await _time.WhenTimerDueInAsync(BoundedRead.Limit + BoundedRead.Grace);
        _time.Advance(BoundedRead.Limit + BoundedRead.Grace - TimeSpan.FromMilliseconds(1));
        Assert.False(asked.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        using var response = await asked;
        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.ServiceUnavailable, "storeUnavailable");
        Assert.StartsWith(
            "The content store cannot be used: it did not answer within 15 s. ", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(10), response.Headers.RetryAfter?.Delta);
    }

    public void Dispose() => _blocked.Dispose();
}
