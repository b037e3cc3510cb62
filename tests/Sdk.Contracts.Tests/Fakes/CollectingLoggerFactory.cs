using Microsoft.Extensions.Logging;

namespace Sdk.Contracts.Tests.Fakes;

internal sealed class CollectingLoggerFactory : ILoggerFactory, ILogger
{
    public List<string> Categories { get; } = [];

    public List<string> Messages { get; } = [];

    public ILogger CreateLogger(string categoryName)
    {
        Categories.Add(categoryName);
        return this;
    }

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Messages.Add(formatter(state, exception));
}
