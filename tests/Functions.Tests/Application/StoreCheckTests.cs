using Microsoft.Extensions.Logging;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Tests.Application;

public class StoreCheckTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Store_that_cannot_be_used_is_one_error_without_a_trace_and_the_start_goes_on(bool fails)
    {
        var store = new TroubledStore();
        if (fails)
        {
            store.Before = (_, _) => throw new ContentStoreException("", "Cannot use the account: no identity could sign in.");
        }

        var log = new LogLines();
        using var check = new StoreCheck(store, TimeProvider.System, log);
        await check.StartAsync(CancellationToken.None);
        await check.ExecuteTask!;

        Assert.Equal(fails ? [(LogLevel.Error, "Cannot use the account: no identity could sign in.", null)] : [], log.Lines);
    }

    private sealed class LogLines : ILogger<StoreCheck>
    {
        public List<(LogLevel Level, string Text, Exception? Trace)> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add((logLevel, formatter(state, exception), exception));
    }
}
