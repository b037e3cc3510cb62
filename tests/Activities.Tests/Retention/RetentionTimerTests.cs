using Microsoft.Extensions.Logging.Abstractions;
using Orchestrator.Activities.Retention;
using Orchestrator.Testing;

namespace Orchestrator.Activities.Tests.Retention;

public sealed class RetentionTimerTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

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
            _time.Advance(wait);
            var before = await asked.Reader.ReadAsync();
            Assert.Equal(days is null ? null : _time.GetUtcNow() - TimeSpan.FromDays(days.Value), before);
        }

        await stop.CancelAsync();
        await running;
    }
}
