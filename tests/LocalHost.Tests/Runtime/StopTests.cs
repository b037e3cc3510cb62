using Microsoft.DurableTask;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>A stopping host starts nothing, waits a set time for running activities, then cancels them, and records what they return.</summary>
[Trait("Trust", "9")]
public sealed class StopTests
{
    private readonly SteppedTimeProvider _time = new();
    private readonly MemoryJournal _journal = new();
    private readonly TaskCompletionSource<CancellationToken> _running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;

    [Fact]
    public async Task Activity_that_ends_in_time_is_not_aborted_and_its_result_is_recorded()
    {
        var host = await StartAsync();
        var token = await _running.Task.WaitAsync(HostExtensions.Patience);
        var stopped = host.StopAsync();
        _time.Advance(TimeSpan.FromSeconds(19));
        Assert.False(token.IsCancellationRequested);
        Assert.False(stopped.IsCompleted);
        _answer.SetResult("paid");
        await stopped.WaitAsync(HostExtensions.Patience);
        Assert.Equal("\"paid\"", await ResultAsync());
        Assert.Equal(1, _begun);
    }

    [Fact]
    public async Task Activity_that_does_not_end_in_time_is_aborted_and_what_it_returns_then_is_recorded()
    {
        var host = await StartAsync();
        var token = await _running.Task.WaitAsync(HostExtensions.Patience);
        var stopped = host.StopAsync();
        using var registration = token.Register(() => _answer.SetResult("paid"));
        _time.Advance(TimeSpan.FromSeconds(20));
        await stopped.WaitAsync(HostExtensions.Patience);
        Assert.Equal("\"paid\"", await ResultAsync());
        Assert.Equal(1, _begun);
    }

    [Fact]
    public async Task Activity_that_never_ends_does_not_hold_the_host_for_ever()
    {
        var host = await StartAsync();
        var token = await _running.Task.WaitAsync(HostExtensions.Patience);
        var stopped = host.StopAsync();
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = token.Register(fired.SetResult);
        _time.Advance(TimeSpan.FromSeconds(20));
        await fired.Task.WaitAsync(HostExtensions.Patience);
        await _time.WhenTimersAsync().WaitAsync(HostExtensions.Patience);
        _time.Advance(TimeSpan.FromSeconds(10));
        await stopped.WaitAsync(HostExtensions.Patience);
        Assert.Null(await ResultAsync());
        _answer.SetResult("too late");
    }

    private async Task<string?> ResultAsync()
    {
        var records = new List<HistoryEvent>();
        await foreach (var record in _journal.ReadAsync(new JournalId("i", 0)))
        {
            records.Add(HistoryEventReader.Read(record.Span));
        }

        return records.OfType<TaskCompleted>().SingleOrDefault()?.Result;
    }

    /// <summary>A host with one place for activities, and an instance that asks for two.</summary>
    private async Task<LocalDurableHost> StartAsync()
    {
        var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Journal = _journal;
            b.TimeProvider = _time;
            b.Options.StopTimeout = TimeSpan.FromSeconds(20);
            b.Options.MaxConcurrentActivityFunctions = 1;
            b.AddOrchestrator(
                "o", (TaskOrchestrationContext c) => Task.WhenAll(c.CallActivityAsync<string>("ask"), c.CallActivityAsync<string>("ask")));
            b.AddActivity("ask", async Task<string> (ActivityInvocation run) =>
            {
                Interlocked.Increment(ref _begun);
                _running.TrySetResult(run.CancellationToken);
                return await _answer.Task;
            });
        });
        await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
        return host;
    }
}
