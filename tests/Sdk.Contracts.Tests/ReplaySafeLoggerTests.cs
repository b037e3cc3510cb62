using Microsoft.Extensions.Logging;
using Sdk.Contracts.Tests.Fakes;

namespace Sdk.Contracts.Tests;

public sealed class ReplaySafeLoggerTests : IDisposable
{
    private readonly CollectingLoggerFactory _loggers = new();
    private readonly ManualOrchestrationContext _context;

    public ReplaySafeLoggerTests()
    {
        _context = new ManualOrchestrationContext { Loggers = _ => _loggers };
    }

    public void Dispose() => _loggers.Dispose();

    [Fact]
    public void Logger_while_replaying_drops_messages()
    {
        ILogger logger = _context.CreateReplaySafeLogger("steps");

        _context.Replaying = true;
        logger.LogInformation("again");
        _context.Replaying = false;
        logger.LogInformation("first time");

        Assert.Equal(["first time"], _loggers.Messages);
    }

    [Fact]
    public void Logger_is_enabled_even_while_replaying()
    {
        _context.Replaying = true;

        Assert.True(_context.CreateReplaySafeLogger("steps").IsEnabled(LogLevel.Debug));
    }

    [Fact]
    public void Loggers_of_every_kind_carry_the_category_asked_for()
    {
        Type category = typeof(Uri);

        _context.CreateReplaySafeLogger("name");
        _context.CreateReplaySafeLogger(category);
        _context.CreateReplaySafeLogger<Version>();
        _context.ReplaySafeLoggerFactory.CreateLogger("factory");

        Assert.Equal(["name", "System.Uri", "System.Version", "factory"], _loggers.Categories);
    }

    [Fact]
    public void Factory_is_one_per_context_and_takes_no_providers()
    {
        Assert.Same(_context.ReplaySafeLoggerFactory, _context.ReplaySafeLoggerFactory);
        Assert.Throws<NotSupportedException>(() => _context.ReplaySafeLoggerFactory.AddProvider(null!));
    }

    [Fact]
    public void Context_that_wraps_another_obeys_its_own_replay_state_only()
    {
        ManualOrchestrationContext wrapper = new() { Loggers = _ => _context.ReplaySafeLoggerFactory };
        _context.Replaying = true;

        wrapper.CreateReplaySafeLogger("steps").LogInformation("shown");

        Assert.Equal(["shown"], _loggers.Messages);
    }

    [Fact]
    public void Context_whose_factory_leads_back_to_itself_throws_instead_of_looping()
    {
        ManualOrchestrationContext circular = new() { Loggers = self => self.ReplaySafeLoggerFactory };

        Assert.Throws<InvalidOperationException>(() => circular.CreateReplaySafeLogger("steps"));
    }
}
