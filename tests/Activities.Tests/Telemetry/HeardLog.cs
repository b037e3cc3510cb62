using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Orchestrator.Activities.Tests.Telemetry;

/// <summary>Records each log entry with its event id and the current span.</summary>
internal sealed class HeardLog : ILoggerFactory, ILogger
{
    public List<(string Text, ActivityContext Span)> Lines { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add(($"{eventId.Id} {formatter(state, exception)}", Activity.Current?.Context ?? default));

    public void Dispose()
    {
    }
}
