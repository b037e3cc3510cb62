using Microsoft.Extensions.Time.Testing;
using Orchestrator.Cli.Hosting;

namespace Orchestrator.Cli.Tests.Hosting;

public sealed class SignalCountTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Signals_that_come_together_are_one_request()
    {
        var count = new SignalCount(_time);

        Assert.Equal(1, count.Next());
        Assert.Null(count.Next());
    }

    [Fact]
    public void Signal_that_comes_later_is_the_next_request()
    {
        var count = new SignalCount(_time);
        count.Next();
        _time.Advance(TimeSpan.FromSeconds(0.5));

        Assert.Equal(2, count.Next());
    }
}
