using System.Net;
using System.Text;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;

namespace Orchestrator.Functions.Tests.Http.Runs;

/// <summary>A run whose record cannot be read, and one that does not end, over HTTP.</summary>
public sealed class DamagedRunTests : IAsyncLifetime
{
    private readonly MemoryContentStore _store = new();
    private ApiHost _api = null!;

    public async Task InitializeAsync() => _api = await ApiHost.StartAsync(_store);

    public async Task DisposeAsync() => await _api.DisposeAsync();

    [Theory]
    [Trait("Trust", "14")]
    [InlineData("", "damaged")]
    [InlineData("""{"format":4,"runId":"bad"}""", "newer")]
    [InlineData("""{"format":2,"runId":"bad"}""", "older")]
    [InlineData("""{"format":1,"runId":"bad"}""", "older")]
    public async Task Damaged_record_costs_one_row_and_can_be_deleted(string content, string word)
    {
        foreach (var runId in (string[])["good", "bad"])
        {
            await _api.StartRunAsync(ApiHost.Body($$""", "runId": "{{runId}}" """));
            await _api.App.WaitAsync(runId);
        }

        await _store.PutAsync(ContentKey.Of("runs", "bad", "run.json"), Encoding.UTF8.GetBytes(content));

        var rows = (await _api.GetAsync("/api/runs")).GetProperty("runs").EnumerateArray().ToList();
        Assert.Equal(["bad", "good"], rows.Select(row => row.GetProperty("runId").GetString()));
        Assert.Equal([word, null], rows.Select(row => row.TryGetProperty("unreadable", out var unreadable) ? unreadable.GetString() : null));
        await _api.GetAsync("/api/runs/good");
        using (var one = await _api.Client.GetAsync("/api/runs/bad"))
        {
            var problem = await ApiHost.ReadProblemAsync(one, HttpStatusCode.Conflict, "unreadableRecord");
            Assert.Contains("'runs/bad/run.json'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        using (var deleted = await _api.Client.DeleteAsync("/api/runs/bad"))
        {
            await ApiHost.ReadAsync(deleted, HttpStatusCode.Accepted);
        }

        Assert.Equal("good", Assert.Single((await _api.GetAsync("/api/runs")).GetProperty("runs").EnumerateArray()).GetProperty("runId").GetString());
        Assert.Null(await _api.App.Client.GetInstanceAsync("bad"));
    }

    [Fact]
    public async Task Step_of_a_run_that_lacks_what_it_executes_is_no_unknown_step()
    {
        await _api.StartRunAsync(ApiHost.Body(""", "runId": "r1" """));
        await _api.App.WaitAsync("r1");
        await RunLogLines.ChangeAsync(_store, ContentKey.Of("runs", "r1", "log-0.jsonl"), RunLogLines.Prepared, line => "");

        using var response = await _api.Client.GetAsync("/api/runs/r1/steps/first");

        var problem = await ApiHost.ReadProblemAsync(response, HttpStatusCode.Conflict, "unreadableRecord");
        Assert.Contains("'runs/r1/log-0.jsonl'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Trust", "14")]
    public async Task Events_that_cannot_be_written_fail_no_look_at_a_run_that_its_orchestration_has_left()
    {
        var store = new TroubledStore();
        await using var api = await ApiHost.StartAsync(store);
        await api.StartRunAsync(ApiHost.Body(""", "runId": "bad" """, ApiHost.Slow));
        await api.App.Client.TerminateInstanceAsync("bad");
        await api.App.Client.WaitForInstanceCompletionAsync("bad");
        var refused = 0;
        store.Before = (key, content) =>
        {
            if (content.Length > 0 && key.Contains("/log-", StringComparison.Ordinal))
            {
                refused++;
                throw new ContentValueException(key, "A folder is in its place.");
            }
        };

        var row = Assert.Single((await api.GetAsync("/api/runs")).GetProperty("runs").EnumerateArray());
        Assert.Equal("cancelled", row.GetProperty("status").GetString());
        Assert.True(refused > 0);
    }

    [Theory]
    [Trait("Trust", "15")]
    [InlineData("", true)]
    [InlineData("/log-", false)]
    [InlineData("control", false)]
    public async Task Force_deletes_a_run_whose_end_is_not_taken_by_a_full_disk_or_by_what_is_in_the_place_of_a_file(string file, bool isFull)
    {
        var store = new TroubledStore();
        await using var api = await ApiHost.StartAsync(store);
        await api.StartRunAsync(ApiHost.Body(""", "runId": "r1" """, ApiHost.Slow));
        var refused = 0;
        store.Before = (key, content) =>
        {
            if (content.Length > 0 && key.Contains(file, StringComparison.Ordinal)
                && !content.Contains("\"deleting\":true", StringComparison.Ordinal))
            {
                refused++;

                // A list of one, so that the store is not read again.
                throw new ContentValueException(key, "It cannot be written.") { IsFull = isFull };
            }
        };

        using (var deleted = await api.Client.DeleteAsync("/api/runs/r1?force=true"))
        {
            await ApiHost.ReadAsync(deleted, HttpStatusCode.Accepted);
        }

        Assert.True(refused > 0);
        Assert.Null(await api.App.Client.GetInstanceAsync("r1"));
        Assert.Empty(await store.ListAsync(ContentPrefix.Under("runs")).ToListAsync());
    }

    [Fact]
    [Trait("Trust", "15")]
    public async Task Force_terminates_a_run_that_is_under_way_and_deletes_it()
    {
        await _api.StartRunAsync(ApiHost.Body(""", "runId": "r1" """, ApiHost.Slow));
        using (var refused = await _api.Client.DeleteAsync("/api/runs/r1"))
        {
            var problem = await ApiHost.ReadProblemAsync(refused, HttpStatusCode.Conflict, "wrongState");
            Assert.Contains("force", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        using (var wrong = await _api.Client.DeleteAsync("/api/runs/r1?force=yes"))
        {
            await ApiHost.ReadProblemAsync(wrong, HttpStatusCode.BadRequest, "invalidInput");
        }

        using (var deleted = await _api.Client.DeleteAsync("/api/runs/r1?force=true"))
        {
            await ApiHost.ReadAsync(deleted, HttpStatusCode.Accepted);
        }

        Assert.Null(await _api.App.Client.GetInstanceAsync("r1"));
        using (var gone = await _api.Client.GetAsync("/api/runs/r1"))
        {
            await ApiHost.ReadProblemAsync(gone, HttpStatusCode.NotFound, "runNotFound");
        }

        using var unknown = await _api.Client.DeleteAsync("/api/runs/r1?force=true");
        await ApiHost.ReadProblemAsync(unknown, HttpStatusCode.NotFound, "runNotFound");
    }
}
