using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.DurableTask.Client;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Orchestrations;

/// <summary>Hosts that continue a run with a damaged history or store.</summary>
public class ReplayTests
{
    private const string Three = """
        { "options": { "parallelBatchDelay": 0 },
          "steps": [ { "id": "a", "prompt": "1" }, { "id": "b", "prompt": "2" }, { "id": "c", "prompt": "3" } ] }
        """;

    [Fact]
    [Trait("Trust", "3")]
    public async Task Result_of_one_step_is_not_taken_for_that_of_another()
    {
        var store = new MemoryContentStore();
        var journal = new KeptJournal(new MemoryJournal());
        await using (var first = await AppHost.StartAsync(journal, store))
        {
            await first.StartRunAsync("r1", Three, """{ "c": [ { "output": "C", "latencyMs": 600 } ], "*": [ { "output": "ok" } ] }""");
            await journal.Completed.Task;
        }

        journal.Swapped = ("a", "b");
        await using var second = await AppHost.StartAsync(journal, store);
        var instance = await second.Client.WaitForInstanceCompletionAsync("r1", getInputsAndOutputs: true, CancellationToken.None);

        Assert.Equal(OrchestrationRuntimeStatus.Failed, instance.RuntimeStatus);
        Assert.Contains("step 'a'", instance.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("step 'b'", instance.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Trust", "4")]
    public async Task Large_run_survives_a_store_that_is_away_at_a_restart()
    {
        var time = new SteppedTimeProvider(TimeProvider.System.GetUtcNow());
        var store = new TroubledStore();
        var journal = new KeptJournal(new MemoryJournal());
        var rest = string.Join(",", Enumerable.Range(0, 400).Select(
            step => $$"""{ "id": "a_step_with_a_long_name_so_that_the_plan_is_large_{{step}}", "type": "tool", "tool": "template",""" +
                $$""" "input": { "template": "x" }, "dependsOn": ["gate"] }"""));
        await using (var first = await AppHost.StartAsync(journal, store, time: time))
        {
            await first.StartRunAsync(
                "r1", $$"""{ "steps": [ { "id": "gate", "prompt": "1" }, {{rest}} ] }""", """{ "gate": [ { "output": "ok", "latencyMs": 600 } ] }""");
            await StartedAsync(first, "gate");
        }

        var isAway = true;
        store.Before = (key, _) =>
        {
            if (isAway)
            {
                throw new ContentStoreException(key, "The store is away.");
            }
        };
        await using var second = await AppHost.StartAsync(journal, store, time: time);
        var ended = second.Client.WaitForInstanceCompletionAsync("r1", CancellationToken.None);
        while (await Task.WhenAny(ended, time.WhenTimersAsync()) != ended)
        {
            isAway = false;
            time.AdvanceToNextTimer();
        }

        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await ended).RuntimeStatus);
        Assert.Equal(RunStatus.Completed, (await second.WaitAsync("r1")).Status);
    }

    private static async Task StartedAsync(AppHost host, string step)
    {
        await foreach (var item in host.Get<RunEventFeed>().FollowAsync(await host.IdentityAsync("r1"), withTexts: true, CancellationToken.None))
        {
            if (item.Event == RunEventNames.StepStarted && item.StepId == step)
            {
                return;
            }
        }
    }

    /// <summary>A store that outlives its hosts and can exchange the results of two steps.</summary>
    private sealed class KeptJournal(MemoryJournal inner) : IJournal
    {
        private int _completed;

        public (string, string)? Swapped { get; set; }

        /// <summary>PrepareRun and two steps have ended.</summary>
        public TaskCompletionSource Completed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<JournalException> Lost => inner.Lost;

        public async Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellation = default)
        {
            var completed = records.Count(record => Encoding.UTF8.GetString(record.Span).Contains("TaskCompleted", StringComparison.Ordinal));
            await inner.AppendAsync(id, expectedPosition, records, cancellation);
            if (completed > 0 && Interlocked.Add(ref _completed, completed) >= 3)
            {
                Completed.TrySetResult();
            }
        }

        public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, [EnumeratorCancellation] CancellationToken cancellation = default)
        {
            var records = new List<JsonObject>();
            await foreach (var record in inner.ReadAsync(id, cancellation))
            {
                records.Add(JsonNode.Parse(record.Span)!.AsObject());
            }

            if (Swapped is var (one, other))
            {
                var (first, second) = (ResultOf(records, one), ResultOf(records, other));
                (first["result"], second["result"]) = (second["result"]!.DeepClone(), first["result"]!.DeepClone());
            }

            foreach (var record in records)
            {
                yield return Encoding.UTF8.GetBytes(record.ToJsonString());
            }
        }

        public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default) => inner.ListAsync(cancellation);

        public Task DeleteAsync(JournalId id, CancellationToken cancellation = default) => inner.DeleteAsync(id, cancellation);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private static JsonObject ResultOf(List<JsonObject> records, string step)
        {
            var scheduled = records.Single(
                record => ((string?)record["input"])?.Contains($"\"stepId\":\"{step}\"", StringComparison.Ordinal) == true);
            return records.Single(
                record => record.ContainsKey("result") && (int?)record["id"] == (int?)scheduled["id"] && !ReferenceEquals(record, scheduled));
        }
    }
}
