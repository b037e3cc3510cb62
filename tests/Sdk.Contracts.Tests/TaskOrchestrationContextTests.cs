using Microsoft.DurableTask;
using Sdk.Contracts.Tests.Fakes;

namespace Sdk.Contracts.Tests;

public sealed class TaskOrchestrationContextTests
{
    private readonly ManualOrchestrationContext _context = new();

    [Fact]
    public async Task Event_before_the_timeout_is_returned_and_its_timer_cancelled()
    {
        Task<string> wait = _context.WaitForExternalEvent<string>("approval", TimeSpan.FromHours(1));
        Assert.False(_context.TimerToken.IsCancellationRequested);

        _context.RaiseEvent("yes");

        Assert.Equal("yes", await wait);
        Assert.Equal(["timer 2030-01-02 04:04:05Z"], _context.Calls);
        Assert.True(_context.TimerToken.IsCancellationRequested);
    }

    [Fact]
    public async Task Event_that_does_not_come_in_time_throws_task_cancelled()
    {
        Task<string> wait = _context.WaitForExternalEvent<string>("approval", TimeSpan.FromHours(1));

        _context.FireTimer();

        await Assert.ThrowsAsync<TaskCanceledException>(() => wait);
        Assert.False(_context.TimerToken.IsCancellationRequested);
    }

    [Fact]
    public async Task Event_wait_that_the_caller_cancels_throws_and_cancels_its_timer()
    {
        using CancellationTokenSource caller = new();
        Task<string> wait = _context.WaitForExternalEvent<string>("approval", TimeSpan.FromHours(1), caller.Token);

        await caller.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(() => wait);
        Assert.True(_context.TimerToken.IsCancellationRequested);
    }

    [Fact]
    public void Timer_with_a_delay_fires_relative_to_the_orchestrations_time()
    {
        _ = _context.CreateTimer(TimeSpan.FromMinutes(2), CancellationToken.None);

        Assert.Equal(["timer 2030-01-02 03:06:05Z"], _context.Calls);
    }

    [Fact]
    public async Task Overloads_of_calls_reach_the_abstract_ones()
    {
        TaskOptions options = new(tags: new Dictionary<string, string> { ["tag"] = "t" });

        await _context.CallActivityAsync("A", 1, options);
        await _context.CallActivityAsync("B", options);
        await _context.CallActivityAsync<int>("C", options);
        await _context.CallSubOrchestratorAsync("D", 2, options);
        await _context.CallSubOrchestratorAsync("E", options);
        await _context.CallSubOrchestratorAsync<int>("F", options);

        Assert.Equal(
            [
                "activity A Object 1 t",
                "activity B Object null t",
                "activity C Int32 null t",
                "sub D Object 2 t",
                "sub E Object null t",
                "sub F Int32 null t",
            ],
            _context.Calls);
    }

    [Fact]
    public void Continue_as_new_with_options_passes_input_and_event_choice_on()
    {
        _context.ContinueAsNew(new ContinueAsNewOptions { NewInput = 7 });
        _context.ContinueAsNew(new ContinueAsNewOptions { NewInput = 8, PreserveUnprocessedEvents = false });

        Assert.Equal(["continue 7 True", "continue 8 False"], _context.Calls);
    }

    [Fact]
    public void Optional_features_have_neutral_defaults()
    {
        Assert.Equal("", _context.Version);
        Assert.Empty(_context.Properties);
        Assert.Throws<NotSupportedException>(() => _context.Entities);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData(" ", 0)]
    [InlineData("1.0", -1)]
    public void Unversioned_context_comes_before_every_version(string other, int expected)
    {
        Assert.Equal(expected, _context.CompareVersionTo(other));
    }
}
