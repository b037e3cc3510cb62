using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;
using Orchestrator.Workflows.Runs;

namespace Orchestrator.Functions.Tests.Activities;

/// <summary>A host stops while steps wait or begin: they are executed at the next start, and none fails.</summary>
[Trait("Trust", "9")]
public sealed class StoppedStepTests
{
    private const string Log = "runs/run/log-0.jsonl";
    private const string Control = "runs/run/control.json";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SteppedTimeProvider _machine = new();
    private readonly TroubledStore _store = new();
    private readonly MemoryJournal _journal = new();

    /// <summary>The stop comes at the moment at which the store is asked for a key, or something is written there.</summary>
    /// <param name="pace">Milliseconds between the starts of steps: the later ones wait.</param>
    /// <param name="content">A part of what is written; empty for a read.</param>
    /// <param name="time">Which such moment, from 1: every step reads the control of its run before its work.</param>
    [Theory]
    [InlineData(5_000, Log, "\"stepPath\":\"c\"", 1)]
    [InlineData(0, Log, "\"stepPath\":\"b\"", 1)]
    [InlineData(0, Log, "", 1)]
    [InlineData(0, Control, "", 2)]
    [InlineData(0, Control, "", 3)]
    public async Task Step_that_has_not_begun_to_work_is_executed_at_the_next_start(int pace, string key, string content, int time)
    {
        var definition = $$"""
            { "options": { "parallelBatchDelay": {{pace}} },
              "steps": [ { "id": "a", "prompt": "1" }, { "id": "b", "prompt": "2" }, { "id": "c", "prompt": "3" } ] }
            """;
        var moments = 0;
        var stopping = new TaskCompletionSource<Task>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (var app = await StartAsync())
        {
            _store.Before = (at, written) =>
            {
                if (at == key && (content.Length == 0 ? written.Length == 0 : written.Contains(content, StringComparison.Ordinal))
                    && Interlocked.Increment(ref moments) == time)
                {
                    stopping.TrySetResult(app.StopAsync());
                }
            };
            await app.StartRunAsync(definition);
            await (await stopping.Task.WaitAsync(Patience)).WaitAsync(Patience);
        }

        // The pace has passed when the host starts again, and the steps wait for nothing else.
        _machine.Advance(TimeSpan.FromMinutes(1));
        _store.Before = (_, _) => { };
        await using var next = await StartAsync();
        Assert.Equal(0, await next.ReadHistoryAsync().OfType<TaskFailed>().CountAsync());
        var run = await next.EndAsync();
        Assert.Equal(RunStatus.Completed, run.Status);
        Assert.All(run.Steps.Values, step => Assert.Equal((StepStatus.Completed, 1), (step.Status, step.Attempts)));
    }

    private Task<TimedHost> StartAsync() =>
        TimedHost.StartAsync(_machine, new AnsweringModels(_ => "ok"), lanes: 8, _store, _journal, stopTimeout: TimeSpan.FromSeconds(30));
}
