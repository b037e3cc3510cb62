using System.Threading.Channels;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Orchestrator.LocalHost.Journal;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Runtime;

/// <summary>Instances that one host has released, ended or not: their state is read from the folder, and another host may continue them.</summary>
public sealed class LeftInstanceTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly Warnings _log = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Instance_that_ended_here_and_was_begun_again_elsewhere_is_what_it_is_there()
    {
        await using var here = await StartAsync();
        await using var elsewhere = await StartAsync();
        await here.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "first", new StartOrchestrationOptions("a"));
        await here.Client.WaitForInstanceCompletionAsync("a").WaitAsync(Patience);

        Assert.Equal(1, (await elsewhere.Client.PurgeInstanceAsync("a")).PurgedInstanceCount);
        Assert.Null(await here.Client.GetInstanceAsync("a"));
        await elsewhere.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "a longer input than the first", new StartOrchestrationOptions("a"));
        await elsewhere.Client.WaitForInstanceStartAsync("a").WaitAsync(Patience);

        var seen = (await here.Client.GetInstanceAsync("a", getInputsAndOutputs: true))!;
        Assert.Equal((OrchestrationRuntimeStatus.Running, "\"a longer input than the first\""), (seen.RuntimeStatus, seen.SerializedInput));
        await here.Client.RaiseEventAsync("a", "Go", "done").WaitAsync(Patience);
        Assert.Equal("done", (await here.Client.WaitForInstanceCompletionAsync("a", true).WaitAsync(Patience)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Instance_that_has_just_ended_is_purged_whole()
    {
        await using var host = await StartAsync();
        for (var i = 0; i < 50; i++)
        {
            await host.Client.ScheduleNewOrchestrationInstanceAsync("Echo", "a", new StartOrchestrationOptions("a"));
            await host.Client.WaitForInstanceCompletionAsync("a").WaitAsync(Patience);

            Assert.Equal(1, (await host.Client.PurgeInstanceAsync("a")).PurgedInstanceCount);
            Assert.Empty(Directory.GetFiles(_folder.Combine("instances")));
        }
    }

    [Fact]
    public async Task Event_for_an_instance_that_no_host_drives_waits_for_the_next_that_does()
    {
        await LeaveWaitingAsync("a");
        await using var host = await StartAsync(recovers: false);

        await host.Client.RaiseEventAsync("a", "Go", "done").WaitAsync(Patience);
        Assert.Single(Directory.GetFiles(_folder.Combine("inbox")));
        Assert.Null(await host.RecoverInstanceAsync("a"));

        Assert.Equal("done", (await host.Client.WaitForInstanceCompletionAsync("a", true).WaitAsync(Patience)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Host_that_runs_takes_over_what_the_process_of_another_left()
    {
        var other = await StartAsync();
        await using var host = await StartAsync(takeover: true);
        await other.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "x", new StartOrchestrationOptions("a"));
        await other.Client.WaitForInstanceStartAsync("a").WaitAsync(Patience);
        Assert.Empty(host.Driven);

        await other.DisposeAsync();
        await _log.WaitForAsync("'a' continues in this process");

        Assert.Equal(["a"], host.Driven);
        await host.Client.RaiseEventAsync("a", "Go", "done").WaitAsync(Patience);
        await host.Client.WaitForInstanceCompletionAsync("a").WaitAsync(Patience);
        Assert.Equal(1, (await host.Client.PurgeInstanceAsync("a")).PurgedInstanceCount);
        Assert.Empty(Directory.GetFiles(_folder.Combine("held")));
    }

    [Fact]
    public async Task Damaged_history_of_a_parent_stops_neither_the_host_nor_its_child()
    {
        await using (var first = await StartAsync())
        {
            await first.Client.ScheduleNewOrchestrationInstanceAsync("Parent", "x", new StartOrchestrationOptions("parent"));
            await first.Client.WaitForInstanceStartAsync("child").WaitAsync(Patience);
        }

        var history = _folder.Combine("instances/parent~0.jsonl");
        await File.WriteAllTextAsync(history, (await File.ReadAllTextAsync(history)).Replace("child", "chixd", StringComparison.Ordinal));

        await using var host = await StartAsync();

        Assert.Equal(["parent"], host.RefusedInstances.Keys);
        await host.Client.RaiseEventAsync("child", "Go", "done").WaitAsync(Patience);
        Assert.Equal("done", (await host.Client.WaitForInstanceCompletionAsync("child", true).WaitAsync(Patience)).ReadOutputAs<string>());
    }

    [Fact]
    public async Task Host_that_could_not_look_for_messages_for_a_while_finds_those_that_came_after()
    {
        await using var driver = await StartAsync();
        await driver.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "x", new StartOrchestrationOptions("a"));
        await driver.Client.WaitForInstanceStartAsync("a").WaitAsync(Patience);
        Directory.Delete(_folder.Combine("inbox"));
        await _log.WaitForAsync("cannot be read at the moment");

        await using var other = await StartAsync();
        await other.Client.RaiseEventAsync("a", "Go", "done").WaitAsync(Patience);

        Assert.Equal("done", (await driver.Client.WaitForInstanceCompletionAsync("a", true).WaitAsync(Patience)).ReadOutputAs<string>());
    }

    private async Task LeaveWaitingAsync(string id)
    {
        await using var first = await StartAsync();
        await first.Client.ScheduleNewOrchestrationInstanceAsync("Wait", "x", new StartOrchestrationOptions(id));
        await first.Client.WaitForInstanceStartAsync(id).WaitAsync(Patience);
    }

    private Task<LocalDurableHost> StartAsync(bool recovers = true, bool takeover = false) => LocalDurableHost.StartAsync(b =>
    {
        b.Journal = FileJournal.Open(_folder.Path);
        b.LoggerFactory = LoggerFactory.Create(logging => logging.AddProvider(_log));
        b.Options.Recovers = recovers ? null : (_, _) => Task.FromResult(false);
        b.Options.TakeoverInterval = takeover ? TimeSpan.FromSeconds(1) : null;
        b.AddOrchestrator<string, string>("Echo", (TaskOrchestrationContext _, string input) => Task.FromResult(input));
        b.AddOrchestrator<string, string>(
            "Wait", async (TaskOrchestrationContext context, string _) => await context.WaitForExternalEvent<string>("Go"));
        b.AddOrchestrator<string, string>("Parent", async (TaskOrchestrationContext context, string input) =>
            await context.CallSubOrchestratorAsync<string>("Wait", input, new SubOrchestrationOptions { InstanceId = "child" }));
    });

    private sealed class Warnings : ILoggerProvider, ILogger
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

        public async Task WaitForAsync(string part)
        {
            using var timeout = new CancellationTokenSource(Patience);
            while (!(await _lines.Reader.ReadAsync(timeout.Token)).Contains(part, StringComparison.Ordinal))
            {
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                _lines.Writer.TryWrite(formatter(state, exception));
            }
        }

        public void Dispose()
        {
        }
    }
}
