using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Storage;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests.Goldens;

/// <summary>
/// Histories of <c>WorkflowRun</c> as the present program wrote them. Whoever changes the orchestrator, what it gives its activities, or what they
/// answer, sees it here: until the first release the files are then written again (set ORCHESTRATOR_WRITE_GOLDENS to the folder <c>Goldens/v1</c> of
/// the sources).
/// </summary>
public partial class GoldenRunTests
{
    private const string Variable = "ORCHESTRATOR_WRITE_GOLDENS";
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Goldens", "v1");

    private static readonly Dictionary<string, (string Definition, string Mocks)> Scenarios = new(StringComparer.Ordinal)
    {
        ["rules"] = (
            """
            { "options": { "parallelBatchDelay": 0, "maxParallelism": 1 },
              "steps": [
                { "id": "a", "prompt": "1", "options": { "retry": { "firstInterval": 1000 } } },
                { "id": "f", "prompt": "2", "dependsOn": ["a"], "options": { "retryCount": 0, "onError": "fallback", "fallback": { "step": "g" } } },
                { "id": "g", "prompt": "3" },
                { "id": "s", "prompt": "4", "dependsOn": ["f"], "when": "steps.a.output == 'no'" },
                { "id": "last", "prompt": "5" } ],
              "finally": ["last"] }
            """,
            """{ "a": [ { "error": { "kind": "unavailable" } }, { "output": "A" } ], "f": [ { "error": { "kind": "contentFiltered" } } ],""" +
            """ "*": [ { "output": "ok" } ] }"""),
        ["stopped"] = (
            """
            { "options": { "parallelBatchDelay": 0, "maxParallelism": 1, "onStepFailure": "cancel" },
              "steps": [ { "id": "a", "prompt": "1", "options": { "retryCount": 0 } }, { "id": "b", "prompt": "2", "dependsOn": ["a"] },
              { "id": "c", "prompt": "3" } ] }
            """,
            """{ "a": [ { "error": { "kind": "toolFailed", "message": "No." } } ], "*": [ { "output": "ok" } ] }"""),
    };

    /// <summary>The clock of the activities, which stands still, so that none of their limits passes.</summary>
    private readonly SteppedTimeProvider _still = new();

    private readonly SteppedTimeProvider _time = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [GeneratedRegex("""stamp(?:[\\":]|u0022)+([0-9a-f]{16})""")]
    private static partial Regex Drawn { get; }

    public static TheoryData<string> Names => [.. Scenarios.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    [Trait("Golden", "WorkflowRun")]
    public async Task History_cut_behind_every_record_is_replayed_to_the_same_end(string name)
    {
        var store = new MemoryContentStore();
        var written = new ListedJournal(new MemoryJournal());
        var result = await RunAsync(written, store, name);
        if (Environment.GetEnvironmentVariable(Variable) is { } folder)
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllLinesAsync(Path.Combine(folder, $"{name}.jsonl"), [.. written.Records, result]);
            return;
        }

        var golden = await File.ReadAllLinesAsync(Path.Combine(Folder, $"{name}.jsonl"));

        // Stamps are random: the run in the history gets that of the run that was recorded just now.
        var (then, now) = (Stamp(golden), Stamp([.. written.Records]));
        var records = golden[..^1].Select(record => record.Replace(then, now, StringComparison.Ordinal)).ToList();
        Assert.Equal(golden[^1], result);
        for (var kept = 2; kept <= records.Count; kept++)
        {
            var journal = new MemoryJournal();
            for (var position = 0; position < kept; position++)
            {
                await journal.AppendAsync(new JournalId("r1", 0), position, Encoding.UTF8.GetBytes(records[position]));
            }

            Assert.Equal(golden[^1], await EndAsync(journal, store));
        }
    }

    private static string Stamp(IEnumerable<string> records) =>
        records.Select(record => Drawn.Match(record)).First(match => match.Success).Groups[1].Value;

    private async Task<string> RunAsync(IJournal journal, IContentStore store, string name)
    {
        await using var host = await AppHost.StartAsync(journal, store, time: _time, activityTime: _still);
        await host.StartRunAsync("r1", Scenarios[name].Definition, Scenarios[name].Mocks);
        return await EndAsync(host);
    }

    private async Task<string> EndAsync(IJournal journal, IContentStore store)
    {
        await using var host = await AppHost.StartAsync(journal, store, time: _time, activityTime: _still);
        return await EndAsync(host);
    }

    /// <summary>Only the wait for another attempt needs the clock.</summary>
    private async Task<string> EndAsync(AppHost host)
    {
        var ended = host.Client.WaitForInstanceCompletionAsync("r1", getInputsAndOutputs: true, CancellationToken.None);
        while (await Task.WhenAny(ended, _time.WhenTimersAsync()) != ended)
        {
            _time.AdvanceToNextTimer();
        }

        var instance = await ended;
        return $"{instance.RuntimeStatus} {instance.SerializedOutput ?? instance.FailureDetails?.ErrorMessage}";
    }

    private sealed class ListedJournal(MemoryJournal inner) : IJournal
    {
        private readonly List<string> _records = [];

        public IReadOnlyList<string> Records
        {
            get
            {
                lock (_records)
                {
                    return [.. _records];
                }
            }
        }

        public Task<JournalException> Lost => inner.Lost;

        public Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellation = default)
        {
            lock (_records)
            {
                _records.AddRange(records.Select(record => Encoding.UTF8.GetString(record.Span)));
                return inner.AppendAsync(id, expectedPosition, records, cancellation);
            }
        }

        public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, CancellationToken cancellation = default) =>
            inner.ReadAsync(id, cancellation);

        public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default) => inner.ListAsync(cancellation);

        public Task DeleteAsync(JournalId id, CancellationToken cancellation = default) => inner.DeleteAsync(id, cancellation);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
