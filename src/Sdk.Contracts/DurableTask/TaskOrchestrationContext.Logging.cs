using Microsoft.Extensions.Logging;

namespace Microsoft.DurableTask;

/// <summary>Replay-safe logging: messages are dropped while the orchestrator replays.</summary>
public abstract partial class TaskOrchestrationContext
{
    private const int MaxWrappedFactories = 10;

    private ReplaySafeFactory? _replaySafeLoggerFactory;

    public virtual ILoggerFactory ReplaySafeLoggerFactory => _replaySafeLoggerFactory ??= new ReplaySafeFactory(this);

    public virtual ILogger CreateReplaySafeLogger(string categoryName) =>
        new ReplaySafeLogger(this, UnwrappedLoggerFactory().CreateLogger(categoryName));

    public virtual ILogger CreateReplaySafeLogger(Type type) => new ReplaySafeLogger(this, UnwrappedLoggerFactory().CreateLogger(type));

    public virtual ILogger CreateReplaySafeLogger<T>() => new ReplaySafeLogger(this, UnwrappedLoggerFactory().CreateLogger<T>());

    /// <summary>A context that wraps another may hand out that one's replay-safe factory: its loggers need no second check.</summary>
    private ILoggerFactory UnwrappedLoggerFactory()
    {
        ILoggerFactory factory = LoggerFactory;
        for (int depth = 0; factory is ReplaySafeFactory wrapped; depth++)
        {
            if (depth == MaxWrappedFactories)
            {
                throw new InvalidOperationException(
                    $"No logger factory was found under {MaxWrappedFactories} replay-safe ones: {nameof(LoggerFactory)} must not lead back to "
                    + $"its own {nameof(ReplaySafeLoggerFactory)}.");
            }

            factory = wrapped.Underlying;
        }

        return factory;
    }

    private sealed class ReplaySafeLogger(TaskOrchestrationContext context, ILogger logger) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => logger.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logger.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!context.IsReplaying)
            {
                logger.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }

    private sealed class ReplaySafeFactory(TaskOrchestrationContext context) : ILoggerFactory
    {
        public ILoggerFactory Underlying => context.LoggerFactory;

        public ILogger CreateLogger(string categoryName) =>
            new ReplaySafeLogger(context, context.UnwrappedLoggerFactory().CreateLogger(categoryName));

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("A replay-safe logger factory takes no providers.");

        public void Dispose()
        {
            // The factory underneath belongs to the host.
        }
    }
}
