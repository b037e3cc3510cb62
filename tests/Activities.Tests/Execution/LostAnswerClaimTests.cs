using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Tests.Runs;
using Orchestrator.Storage;
using Orchestrator.Testing.Stores;

namespace Orchestrator.Activities.Tests.Execution;

/// <summary>A write of a claim that happened, and whose answer was lost: the execution gives the claim up like any other.</summary>
public sealed class LostAnswerClaimTests
{
    private const string Slow = """{ "steps": [ { "id": "a", "prompt": "Say a word or two.", "options": { "timeout": 600000 } } ] }""";

    [Fact]
    public async Task Renewal_leaves_no_claim_behind_and_the_next_execution_is_not_aborted()
    {
        var runs = new TestRuns();
        var claims = new FailingStore { Happens = true };
        var run = await runs.BeginAsync(Slow, mocks: """{ "a": [ { "output": "ok", "latencyMs": 25000 } ] }""");
        using var stopping = new CancellationTokenSource();
        var stopped = runs.MakeExecutor(claims: claims, leased: true).ExecuteAsync(runs.Call(run, 0), stopping.Token);
        await runs.Time.WhenTimersAsync(4);
        claims.Failures = 1;
        runs.Time.Advance(TimeSpan.FromSeconds(10));
        await runs.Time.WhenTimersAsync(4);
        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);

        Assert.Empty(await claims.ListAsync(ContentPrefix.All).ToListAsync());
        await CompleteAsync(runs, runs.MakeExecutor(claims: claims, leased: true).ExecuteAsync(runs.Call(run, 0) with { Call = 2 }, CancellationToken.None));
        Assert.Equal(2, (await runs.EventsAsync()).Count(item => item.Event == RunEventNames.StepStarted));
    }

    /// <summary>Each operation of the first execution fails once after it happened; one of them is the append of the start.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public async Task Start_is_released_so_that_the_next_execution_does_not_wait(int failing)
    {
        var store = new FailingStore { Happens = true };
        var runs = new TestRuns(store);
        var run = await runs.BeginAsync(Slow, mocks: """{ "a": [ { "output": "ok", "usage": { "inputTokens": 100, "outputTokens": 1 } } ] }""");
        var operations = 0;
        store.OnOperation = _ => store.Failures = ++operations == failing ? 1 : store.Failures;
        var executor = runs.MakeExecutor(leased: true);
        var first = executor.ExecuteAsync(runs.Call(run, 0), CancellationToken.None);
        await Record.ExceptionAsync(() => CompleteAsync(runs, first));
        (store.OnOperation, store.Failures) = (null, 0);

        // The clock stands still: an execution that waits for the lease does not end.
        await executor.ExecuteAsync(runs.Call(run, 0) with { Call = 2 }, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Lets the time pass that the execution waits for.</summary>
    private static async Task<T> CompleteAsync<T>(TestRuns runs, Task<T> execution)
    {
        while (await Task.WhenAny(execution, runs.Time.WhenTimersAsync()) != execution)
        {
            runs.Time.AdvanceToNextTimer();
        }

        return await execution;
    }
}
