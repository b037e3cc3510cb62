using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Output;

namespace Orchestrator.Cli.Hosting;

/// <summary>Shows what a user must know even without the log: warnings and worse, a line each, without stack traces. Thread-safe.</summary>
/// <param name="where">The storage that this command was given.</param>
internal sealed class PlainLog(TextWriter output, StateStorage where) : ILoggerProvider, ILogger
{
    private readonly TextWriter _output = TextWriter.Synchronized(output);

    public ILogger CreateLogger(string categoryName) => this;

    public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Warning and < LogLevel.None;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var text = formatter(state, exception);
        var reason = exception is null || text.Contains(exception.Message, StringComparison.Ordinal) ? "" : $" {exception.Message}";
        try
        {
            _output.WriteLine(NextCommand.Complete($"{(logLevel == LogLevel.Warning ? "Warning" : "Error")}: {text}{reason}".ReplaceLineEndings(" "), where));
        }
        catch (IOException)
        {
            // The terminal is gone. A line that cannot be shown must not fail the code that logs it.
        }
    }

    public void Dispose()
    {
    }
}
