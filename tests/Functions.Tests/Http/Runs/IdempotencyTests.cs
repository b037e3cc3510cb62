using System.Net;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Tests.Http.Runs;

/// <summary>Starts with an Idempotency-Key.</summary>
public class IdempotencyTests
{
    [Fact]
    public async Task Same_key_and_body_are_answered_with_the_first_run_again()
    {
        await using var api = await ApiHost.StartAsync();
        using var first = await api.PostAsync("/api/runs", ApiHost.Body(), key: "k1");
        using var second = await api.PostAsync("/api/runs", ApiHost.Body(), key: "k1");
        Assert.Equal(
            (await ApiHost.ReadAsync(first, HttpStatusCode.Accepted)).GetRawText(),
            (await ApiHost.ReadAsync(second, HttpStatusCode.Accepted)).GetRawText());
        Assert.Single(await RunIdsAsync(api));
    }

    [Fact]
    public async Task Same_key_with_another_body_is_422()
    {
        await using var api = await ApiHost.StartAsync();
        using var first = await api.PostAsync("/api/runs", ApiHost.Body(), key: "k1");
        using var second = await api.PostAsync("/api/runs", ApiHost.Body(""", "tags": { "a": "b" } """), key: "k1");
        await ApiHost.ReadProblemAsync(second, HttpStatusCode.UnprocessableEntity, "idempotencyKeyReused");
        Assert.Single(await RunIdsAsync(api));
    }

    [Fact]
    public async Task Damaged_record_of_a_key_is_named_with_what_to_do()
    {
        var store = new MemoryContentStore();
        await using var api = await ApiHost.StartAsync(store);
        using var first = await api.PostAsync("/api/runs", ApiHost.Body(), key: "k1");
        await ApiHost.ReadAsync(first, HttpStatusCode.Accepted);
        await store.PutAsync(await store.ListAsync(ContentPrefix.Under("idempotency")).SingleAsync(), "{"u8.ToArray());

        using var second = await api.PostAsync("/api/runs", ApiHost.Body(), key: "k1");

        var problem = await ApiHost.ReadProblemAsync(second, HttpStatusCode.Conflict, "unreadableRecord");
        Assert.EndsWith(
            "Which run the Idempotency-Key started is not known: look for it in the list of runs. To start one, send another key; "
            + "'orchestrator runs prune' deletes the record.",
            problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Single(await RunIdsAsync(api));
    }

    [Fact]
    public async Task Key_of_a_deleted_run_starts_nothing()
    {
        await using var api = await ApiHost.StartAsync();
        using var first = await api.PostAsync("/api/runs?wait=60", ApiHost.Body(), key: "k1");
        var runId = (await ApiHost.ReadAsync(first, HttpStatusCode.OK)).GetProperty("runId").GetString();
        using var deleted = await api.Client.DeleteAsync($"/api/runs/{runId}");
        await ApiHost.ReadAsync(deleted, HttpStatusCode.Accepted);

        using var second = await api.PostAsync("/api/runs", ApiHost.Body(), key: "k1");
        await ApiHost.ReadProblemAsync(second, HttpStatusCode.Gone, "runDeleted");
        Assert.Empty(await RunIdsAsync(api));

        using var another = await api.PostAsync("/api/runs", ApiHost.Body($$""", "runId": "{{runId}}" """));
        await ApiHost.ReadAsync(another, HttpStatusCode.Accepted);
        using var third = await api.PostAsync("/api/runs", ApiHost.Body(), key: "k1");
        await ApiHost.ReadProblemAsync(third, HttpStatusCode.Gone, "runDeleted");
    }

    [Fact]
    public async Task Refused_request_leaves_its_key_free()
    {
        await using var api = await ApiHost.StartAsync();
        using var refused = await api.PostAsync("/api/runs", ApiHost.Body(definition: """{ "steps": [] }"""), key: "k1");
        await ApiHost.ReadProblemAsync(refused, HttpStatusCode.BadRequest, "invalidDefinition");
        using var corrected = await api.PostAsync("/api/runs", ApiHost.Body(), key: "k1");
        await ApiHost.ReadAsync(corrected, HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task Many_identical_starts_at_the_same_moment_make_exactly_one_run()
    {
        await using var api = await ApiHost.StartAsync();
        for (var round = 0; round < 10; round++)
        {
            var key = $"key-{round}";
            var answers =
                await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => api.PostAsync("/api/runs?wait=60", ApiHost.Body(), key: key))));
            var runs = new HashSet<string>();
            foreach (var answer in answers)
            {
                runs.Add((await ApiHost.ReadAsync(answer, HttpStatusCode.OK)).GetProperty("runId").GetString()!);
                answer.Dispose();
            }

            Assert.Single(runs);
            Assert.Equal(round + 1, (await RunIdsAsync(api)).Count);
        }

        var instances = 0;
        await foreach (var instance in api.App.Client.GetAllInstancesAsync(new OrchestrationQuery()))
        {
            instances++;
        }

        Assert.Equal(10, instances);
    }

    /// <summary>The process was killed after it recorded the key: before the run's record, or between that and the orchestration.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_that_a_crash_cut_off_is_finished_by_the_next_request(bool recorded)
    {
        var store = new MemoryContentStore();
        await using var api = await ApiHost.StartAsync(store);
        var (body, request) = (ApiHost.Body(), StartKeys.Hash("/api/runs", ApiHost.Body()));
        await api.App.Get<StartKeys>().TakeAsync("k1", request, "cut-off", CancellationToken.None);
        if (recorded)
        {
            await api.App.Get<RunStore>().CreateAsync(
                new RunRecord
                {
                    RunId = "cut-off",
                    Workflow = "try",
                    DefinitionHash = "x",
                    CreatedAt = DateTimeOffset.UnixEpoch,
                    StartKey = StartKeys.Hash("k1", request),
                },
                CancellationToken.None);
        }

        using var response = await api.PostAsync("/api/runs?wait=60", body, key: "k1");
        var run = await ApiHost.ReadAsync(response, HttpStatusCode.OK);
        Assert.Equal(("cut-off", "completed"), (run.GetProperty("runId").GetString(), run.GetProperty("status").GetString()));
        Assert.Single(await RunIdsAsync(api));
    }

    [Fact]
    public async Task Key_that_is_too_long_is_400()
    {
        await using var api = await ApiHost.StartAsync();
        using var response = await api.PostAsync("/api/runs", ApiHost.Body(), key: new string('k', 256));
        await ApiHost.ReadProblemAsync(response, HttpStatusCode.BadRequest, "invalidInput");
    }

    private static async Task<List<string>> RunIdsAsync(ApiHost api)
    {
        var ids = new List<string>();
        await foreach (var key in api.App.Get<IContentStore>().ListAsync(ContentPrefix.Under("runs")))
        {
            ids.Add(key.Value.Split('/')[1]);
        }

        return [.. ids.Distinct()];
    }
}
