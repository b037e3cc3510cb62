using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.Functions;
using Orchestrator.LocalHost.History;
using Orchestrator.LocalHost.Journal;
using Orchestrator.LocalHost.Runtime;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

public sealed class DeterminismTests
{
    private readonly MemoryJournal _journal = new();
    private readonly SteppedTimeProvider _time = new();

    [Theory]
    [InlineData("other activity", "#0 was a call of the activity 'a', now it is a call of the activity 'b'")]
    [InlineData("timer instead", "#0 was a call of the activity 'a', now it is a timer for 2030-01-02T00:00:00")]
    [InlineData("nothing", "#0 was a call of the activity 'a', now it is not asked for at all")]
    [InlineData("child instead", "#0 was a call of the activity 'a', now it is a call of the sub-orchestration 'o' as '")]
    [InlineData("swallowed", "#0 was a call of the activity 'a', now it is a timer for 2030-01-02T00:00:00")]
    [InlineData("less later", "#1 was a call of the activity 'a', now it is not asked for at all")]
    public async Task Changed_code_fails_the_instance_and_says_what_changed(string change, string said)
    {
        await RunAndStopAsync("o", async (TaskOrchestrationContext c) =>
        {
            await c.CallActivityAsync("a");
            await c.CallActivityAsync("a");
            await c.WaitForExternalEvent<string>("never");
        });
        await using var second = await StartAsync("o", (TaskOrchestrationContext c) => ChangedAsync(c, change));
        var done = await second.EndOfAsync("i");
        Assert.Equal(OrchestrationRuntimeStatus.Failed, done.RuntimeStatus);
        Assert.Equal(typeof(NonDeterministicOrchestrationException).FullName, done.FailureDetails!.ErrorType);
        Assert.Contains(said, done.FailureDetails.ErrorMessage, StringComparison.Ordinal);
        Assert.Contains("'o' of instance 'i'", done.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    /// <summary>An activity may cost money, so executing it again would cost twice.</summary>
    [Fact]
    public async Task Changed_code_begins_no_activity_that_had_not_ended()
    {
        var (begun, running) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Task<LocalDurableHost> Start(string second, Func<IJournal, IJournal> journal) => LocalDurableHost.StartAsync(b =>
        {
            b.Journal = journal(_journal);
            b.Options.StopTimeout = TimeSpan.Zero;
            b.AddActivity("a", _ => Task.CompletedTask).AddActivity("b", _ => Task.CompletedTask);
            b.AddActivity("long", async (ActivityInvocation call) =>
            {
                Interlocked.Increment(ref begun);
                running.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, call.CancellationToken);
            });
            b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
            {
                var work = c.CallActivityAsync("long");
                await c.CallActivityAsync(second);
                await work;
            });
        });
        await using (var first = await Start("a", journal => journal))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
            await running.Task.WaitAsync(HostExtensions.Patience);
        }

        await using var changed = await Start("b", journal => new EndingJournal(journal));
        var done = await changed.EndOfAsync("i");

        Assert.Equal(typeof(NonDeterministicOrchestrationException).FullName, done.FailureDetails!.ErrorType);
        Assert.Equal(1, begun);
    }

    [Fact]
    public async Task Clock_and_ids_are_the_same_in_a_replay()
    {
        var seen = new List<string>();
        async Task Code(TaskOrchestrationContext c)
        {
            var notes = $"{c.NewGuid()} {c.CurrentUtcDateTime:O}";
            await c.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
            notes += $" {c.NewGuid()} {c.NewGuid()} {c.CurrentUtcDateTime:O}";
            seen.Add(notes);
            await c.WaitForExternalEvent<string>("never");
        }

        await using (var first = await StartAsync("o", Code))
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
            await _time.WhenTimersAsync();
            _time.Advance(TimeSpan.FromMinutes(1));
            await first.Client.RaiseEventAsync("i", "other");
        }

        _time.Advance(TimeSpan.FromDays(1));
        await using var second = await StartAsync("o", Code);
        await second.Client.RaiseEventAsync("i", "other");
        Assert.Equal(2, seen.Count);
        Assert.Equal(seen[0], seen[1]);
        Assert.Equal(3, seen[0].Split(' ').Where(word => Guid.TryParse(word, out _)).Distinct().Count());
    }

    [Fact]
    public async Task Replay_safe_logger_writes_each_line_once()
    {
        var log = new ListLoggerFactory();
        async Task Code(TaskOrchestrationContext c)
        {
            var logger = c.CreateReplaySafeLogger("test");
            logger.LogInformation("before");
            await c.CallActivityAsync("a");
            logger.LogInformation("after");
            await c.CallActivityAsync("a");
            await c.WaitForExternalEvent<string>("never");
        }

        for (var i = 0; i < 3; i++)
        {
            await using var host = await LocalDurableHost.StartAsync(b =>
            {
                b.Journal = _journal;
                b.LoggerFactory = log;
                b.AddOrchestrator("o", Code).AddActivity("a", _ => Task.CompletedTask);
            });
            if (i == 0)
            {
                await host.Client.ScheduleNewOrchestrationInstanceAsync("o", new StartOrchestrationOptions("i"));
                while ((await host.ReadHistoryAsync("i").CountAsync()) < 5)
                {
                    await Task.Yield();
                }
            }

            await host.Client.RaiseEventAsync("i", "other");
        }

        Assert.Equal(["before", "after"], log.Lines);
    }

    [Fact]
    public async Task Context_used_from_a_foreign_thread_is_an_error_with_advice()
    {
        await using var host = await StartAsync("o", async (TaskOrchestrationContext c) => await Task.Run(() => c.CallActivityAsync("a")));
        var done = await host.RunAsync("o");
        Assert.Contains("a thread that is not its own", done.FailureDetails!.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_that_cannot_be_serialized_takes_no_place_in_the_history()
    {
        async Task Code(TaskOrchestrationContext c)
        {
            try
            {
                await c.CallActivityAsync("a", new Func<int>(() => 1));
            }
            catch (NotSupportedException)
            {
                await c.CallActivityAsync("a");
                await c.CallActivityAsync("a");
            }

            await c.WaitForExternalEvent<string>("go");
        }

        await RunAndStopAsync("o", Code);
        await using var second = await StartAsync("o", Code);
        await second.Client.RaiseEventAsync("i", "go");
        Assert.Equal(OrchestrationRuntimeStatus.Completed, (await second.EndOfAsync("i")).RuntimeStatus);
    }

    private static async Task ChangedAsync(TaskOrchestrationContext c, string change)
    {
        switch (change)
        {
            case "other activity":
                await c.CallActivityAsync("b");
                break;
            case "timer instead":
                await c.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
                break;
            case "child instead":
                await c.CallSubOrchestratorAsync("o");
                break;
            case "swallowed":
                try
                {
                    await c.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
                }
                catch (NonDeterministicOrchestrationException)
                {
                    await c.WaitForExternalEvent<string>("never");
                }

                break;
            case "less later":
                await c.CallActivityAsync("a");
                await c.WaitForExternalEvent<string>("never");
                break;
            default:
                await c.WaitForExternalEvent<string>("never");
                break;
        }
    }

    private async Task RunAndStopAsync(string name, Func<TaskOrchestrationContext, Task> code)
    {
        await using var host = await StartAsync(name, code);
        await host.Client.ScheduleNewOrchestrationInstanceAsync(name, new StartOrchestrationOptions("i"));
        while ((await host.ReadHistoryAsync("i").CountAsync()) < 5)
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task Instance_that_fails_while_its_code_could_go_on_ends_when_that_is_durable()
    {
        var time = _time.GetUtcNow().UtcDateTime;
        HistoryEvent[] history =
        [
            new ExecutionStarted(time, "o", null, time), new TaskScheduled(time, 0, "a", null), new TaskCompleted(time, 0, null),
            new TaskScheduled(time, 1, "a", null),
        ];
        await _journal.AppendAsync(new JournalId("i", 0), 0, history.Select(e => (ReadOnlyMemory<byte>)HistoryEventWriter.Write(e).ToArray()).ToList());
        var journal = new JournalDouble(_journal);
        var gate = journal.Hold(e => e is ExecutionCompleted { Status: OrchestrationRuntimeStatus.Failed }, out var appended);
        await using var host = await LocalDurableHost.StartAsync(b =>
        {
            b.Journal = journal;
            b.TimeProvider = _time;
            b.AddActivity("a", _ => Task.CompletedTask).AddActivity("b", _ => Task.CompletedTask);
            b.AddOrchestrator("o", async (TaskOrchestrationContext c) =>
            {
                var first = c.CallActivityAsync("a");
                await Task.WhenAll(ThenAsync(), ThenAsync());

                async Task ThenAsync()
                {
                    await first;
                    await c.CallActivityAsync("b");
                }
            });
            b.AddOrchestrator("other", (TaskOrchestrationContext c) => c.CallActivityAsync("a"));
        });
        await appended.WaitAsync(HostExtensions.Patience);

        // By the end of another instance this one waits.
        await host.RunAsync("other");
        gate.SetResult();
        Assert.Equal(OrchestrationRuntimeStatus.Failed, (await host.EndOfAsync("i")).RuntimeStatus);
    }

    private Task<LocalDurableHost> StartAsync(string name, Func<TaskOrchestrationContext, Task> code) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = _journal;
        b.TimeProvider = _time;
        b.AddOrchestrator(name, code).AddActivity("a", _ => Task.CompletedTask).AddActivity("b", _ => Task.CompletedTask);
    });

    /// <summary>Lets work that was queued earlier run before the end of an instance is appended.</summary>
    private sealed class EndingJournal(IJournal inner) : IJournal
    {
        public Task<JournalException> Lost => inner.Lost;

        public Task AppendAsync(
        JournalId id, long expectedPosition, IReadOnlyList<ReadOnlyMemory<byte>> records, CancellationToken cancellation = default)
        {
            var ends = records.Any(record => HistoryEventReader.Read(record.Span) is ExecutionCompleted);
            for (var round = 0; round < 100 && ends; round++)
            {
                // The pool's queue is in order: what was begun before has been taken from it.
                using var reached = new ManualResetEventSlim();
                ThreadPool.UnsafeQueueUserWorkItem(static reached => reached.Set(), reached, preferLocal: false);
                reached.Wait(HostExtensions.Patience, CancellationToken.None);
            }

            return inner.AppendAsync(id, expectedPosition, records, cancellation);
        }

        public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(JournalId id, CancellationToken cancellation = default) =>
            inner.ReadAsync(id, cancellation);

        public IAsyncEnumerable<JournalId> ListAsync(CancellationToken cancellation = default) => inner.ListAsync(cancellation);

        public Task DeleteAsync(JournalId id, CancellationToken cancellation = default) => inner.DeleteAsync(id, cancellation);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class ListLoggerFactory : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) =>
            categoryName == "test" ? this : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }
}
