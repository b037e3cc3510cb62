using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Activities.Retention;
using Orchestrator.Testing;

namespace Orchestrator.Activities.Tests.Retention;

public sealed class RetentionTimerTests
{
    private readonly SteppedTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(30)]
    [InlineData(null)]
    public async Task Prunes_after_the_start_and_several_times_a_day_whatever_fails(int? days)
    {
        var asked = System.Threading.Channels.Channel.CreateUnbounded<DateTimeOffset?>();
        using var stop = new CancellationTokenSource();
        var timer = new RetentionTimer(new RetentionOptions(days), _time, NullLogger<RetentionTimer>.Instance);
        var running = timer.RunAsync(
            (before, _) =>
            {
                asked.Writer.TryWrite(before);
                return before?.Hour == 6 ? throw new InvalidOperationException("once") : Task.FromResult(new PruneReport());
            },
            stop.Token);

        foreach (var wait in (TimeSpan[])[RetentionTimer.First, RetentionTimer.Interval, RetentionTimer.Interval])
        {
            await _time.WhenTimersAsync();
            _time.Advance(wait);
            var before = await asked.Reader.ReadAsync();
            Assert.Equal(days is null ? null : _time.GetUtcNow() - TimeSpan.FromDays(days.Value), before);
        }

        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task Pruning_once_deletes_what_is_older_than_the_setting_and_a_failure_is_left_to_the_next_time()
    {
        var asked = new List<DateTimeOffset?>();
        var timer = new RetentionTimer(new RetentionOptions(30), _time, NullLogger<RetentionTimer>.Instance);

        await timer.RunOnceAsync(Prune, CancellationToken.None);
        await timer.RunOnceAsync((_, _) => throw new InvalidOperationException("once"), CancellationToken.None);
        _time.Advance(RetentionTimer.Interval);
        await timer.RunOnceAsync(Prune, CancellationToken.None);

        var now = _time.GetUtcNow() - TimeSpan.FromDays(30);
        Assert.Equal([now - RetentionTimer.Interval, now], asked);

        Task<PruneReport> Prune(DateTimeOffset? before, CancellationToken stopping)
        {
            asked.Add(before);
            return Task.FromResult(new PruneReport());
        }
    }

    [Fact]
    public async Task Pruning_once_without_the_setting_deletes_no_run_and_what_belongs_to_none()
    {
        var asked = new List<DateTimeOffset?>();

        await new RetentionTimer(new RetentionOptions(), _time, NullLogger<RetentionTimer>.Instance).RunOnceAsync(
            (before, _) =>
            {
                asked.Add(before);
                return Task.FromResult(new PruneReport());
            },
            CancellationToken.None);

        Assert.Equal([null], asked);
    }

    [Fact]
    public async Task Pruning_once_that_is_cancelled_midway_ends_as_cancelled()
    {
        using var stop = new CancellationTokenSource();
        var timer = new RetentionTimer(new RetentionOptions(30), _time, NullLogger<RetentionTimer>.Instance);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => timer.RunOnceAsync(
            async (_, stopping) =>
            {
                await stop.CancelAsync();
                stopping.ThrowIfCancellationRequested();
                return new PruneReport();
            },
            stop.Token));
    }
}
