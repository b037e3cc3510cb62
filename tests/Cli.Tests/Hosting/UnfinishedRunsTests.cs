using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.State;
using Orchestrator.Storage;

namespace Orchestrator.Cli.Tests.Hosting;

/// <summary>Which runs a server logs that it does not go on with.</summary>
public sealed class UnfinishedRunsTests : IDisposable
{
    private static readonly StateStorage Storage = new(StorageKind.Files, "kept");

    private readonly StringWriter _log = new();
    private readonly MemoryContentStore _store = new();
    private readonly ServiceProvider _services;
    private readonly UnfinishedRuns _unfinished;

    public UnfinishedRunsTests()
    {
        _services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(new PlainLog(_log, Storage)))
            .AddSingleton(new RunStore(_store, new RunLogStore(_store)))
            .BuildServiceProvider();
        _unfinished = new UnfinishedRuns(new LocalAppSettings(Storage) { Continues = run => run?.Attempts[^1].IsForeground != true }, _services);
    }

    public void Dispose() => _services.Dispose();

    [Fact]
    public async Task Run_that_is_left_while_the_server_runs_is_logged_once()
    {
        _unfinished.HasStarted = true;
        await WriteAsync("mine", attempts: 1);

        Assert.False(await AskAsync("mine"));
        Assert.False(await AskAsync("mine"));

        Assert.Equal(
            "Warning: The run 'mine' does not go on in this process: it was begun in the foreground by a process that has ended. "
            + "'orchestrator resume mine --state kept' ('orchestrator runs continue mine --state kept' if it is suspended) goes on with it, "
            + $"'orchestrator runs cancel mine --state kept' ends it.{Environment.NewLine}",
            _log.ToString());
    }

    [Fact]
    public async Task Run_whose_record_cannot_be_read_is_logged_with_the_reason()
    {
        _unfinished.HasStarted = true;
        await _store.PutAsync(ContentKey.Of("runs", "mine", "run.json"), "{"u8.ToArray());

        Assert.False(await AskAsync("mine"));

        Assert.StartsWith(
            "Warning: The run 'mine' does not go on in this process: The record 'runs/mine/run.json' is damaged: ", _log.ToString(),
            StringComparison.Ordinal);
    }

    /// <summary>The command prints those of its start.</summary>
    [Fact]
    public async Task Run_that_was_left_at_the_start_is_logged_only_with_its_next_attempt()
    {
        await WriteAsync("mine", attempts: 1);
        Assert.False(await AskAsync("mine"));

        _unfinished.HasStarted = true;
        Assert.False(await AskAsync("mine"));
        Assert.Equal("", _log.ToString());

        await _store.DeleteAsync(ContentKey.Of("runs", "mine", "run.json"));
        await WriteAsync("mine", attempts: 2);
        Assert.False(await AskAsync("mine"));
        Assert.Contains("The run 'mine' does not go on", _log.ToString(), StringComparison.Ordinal);
    }

    private Task<bool> AskAsync(string runId) => _unfinished.ContinuesAsync(runId, CancellationToken.None);

    private async Task WriteAsync(string runId, int attempts) => Assert.True(await _services.GetRequiredService<RunStore>().CreateAsync(
        new RunRecord
        {
            RunId = runId,
            Stamp = "s",
            Workflow = "w",
            DefinitionHash = "",
            CreatedAt = DateTimeOffset.UnixEpoch,
            Attempt = attempts,
            Attempts = [.. Enumerable.Range(1, attempts).Select(number => new RunAttempt(number) { IsForeground = true })],
        },
        CancellationToken.None));
}
