using Microsoft.Extensions.Logging;
using Orchestrator.Cli.Output;
using Orchestrator.Cli.State;

namespace Orchestrator.Cli.Hosting;

/// <summary>Prints log entries from level Warning on, one line each, without stack traces: the log without <c>--verbose</c>. Thread-safe.</summary>
/// <param name="where">The storage of the command, for the commands that entries suggest.</param>
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
            var line = $"{(logLevel == LogLevel.Warning ? "Warning" : "Error")}: {text}{reason}".ReplaceLineEndings(" ");
            _output.WriteLine(NextCommand.Complete(line, where));
        }
        catch (IOException)
        {
            // The terminal was closed. The code that logs must not fail for that.
        }
    }

    public void Dispose()
    {
    }
}
