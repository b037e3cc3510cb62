using System.Text;
using Orchestrator.Activities.Checkpoints;
using Orchestrator.Activities.Records;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Storage;
using Orchestrator.Testing.Azurite;
using Orchestrator.Workflows.Runs;
using static Orchestrator.Activities.Tests.RunLogs.LogProcess;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>What the log of a run must do in every store, for one process and for several.</summary>
public abstract partial class RunLogStoreContract : IAsyncLifetime
{
    protected static readonly RunIdentity Run = new("r1", "s");

    protected static readonly ContentKey Log = RunKeys.Log(Run.RunId);

    private readonly List<LogProcess> _processes = [];

    /// <summary>The same storage as another process opens it.</summary>
    protected abstract IContentStore Open();

    public virtual Task InitializeAsync() => CreateRunAsync(Open(), Run);

    public virtual Task DisposeAsync()
    {
        _processes.ForEach(process => process.Dispose());
        return Task.CompletedTask;
    }

    [SuiteFact]
    public async Task First_record_of_an_attempt_counts_also_for_the_process_that_appended_the_second()
    {
        var (slow, fast) = (Start(), Start());
        var gate = new TaskCompletionSource();
        slow.Store.AppendsAfter = gate.Task;

        var second = slow.AddAsync(Run, Checkpoint("a", "second"));
        await slow.Store.FirstAppend;
        var first = await fast.AddAsync(Run, Checkpoint("a", "first"));
        gate.SetResult();

        Assert.True(first.IsNew);
        Assert.Equal(("first", false), ((string?)(await second).Stored.Output, (await second).IsNew));
        Assert.Equal(2, (await LinesAsync()).Length);
        foreach (var process in (LogProcess[])[slow, fast, Start()])
        {
            Assert.Equal("first", (string?)(await process.FindAsync(Run, "a"))!.Output);
            Assert.Equal(["step.started a 1-1", "step.completed a 1-1"], await process.EventsAsync(Run));
        }
    }

    [SuiteFact]
    public async Task Of_many_processes_that_record_an_attempt_at_once_one_counts()
    {
        var processes = Enumerable.Range(0, 6).Select(_ => Start()).ToList();

        var added = await Task.WhenAll(processes.Select((process, number) => process.AddAsync(Run, Checkpoint("a", number))));

        var winner = (int)Assert.Single(added, one => one.IsNew).Stored.Output!;
        Assert.All(added, one => Assert.Equal(winner, (int)one.Stored.Output!));
        Assert.Equal(winner, (int)(await Start().FindAsync(Run, "a"))!.Output!);
    }

    [SuiteFact]
    public async Task Every_process_knows_the_same_after_appends_of_several_in_any_order()
    {
        var random = new Random(15);
        LogProcess[] processes = [Start(), Start(), Start()];
        for (var turn = 0; turn < 40; turn++)
        {
            var (process, step) = (processes[random.Next(3)], $"s{random.Next(8)}");
            await (random.Next(3) switch
            {
                0 => process.AppendAsync(Run, Event(RunEventNames.StepStarted, step, second: turn)),
                1 => process.AddAsync(Run, Checkpoint(step, turn), Event(RunEventNames.StepReady, step)),
                _ => process.FindAsync(Run, step),
            });
        }

        var fresh = await IndexAsync(Start());
        foreach (var process in processes)
        {
            var index = await IndexAsync(process);
            Assert.Equal(fresh.Position, index.Position);
            foreach (var key in Enumerable.Range(0, 8).Select(step => new AttemptKey(1, $"s{step}", 1)))
            {
                Assert.Equal((fresh.Find(key)?.Offset, fresh.Find(key)?.Writer), (index.Find(key)?.Offset, index.Find(key)?.Writer));
                Assert.Equal(fresh.Begun(key), index.Begun(key));
            }
        }

        Assert.Equal((await Open().ReadFromAsync(Log, 0))!.End, fresh.Position);
    }

    [SuiteFact]
    public async Task Log_is_read_on_from_where_it_was_read_before_and_what_is_known_is_not_read()
    {
        var (writer, reader) = (Start(), Start());
        await writer.AddAsync(Run, Checkpoint("a", "A"));
        Assert.NotNull(await reader.FindAsync(Run, "a"));
        var end = (await IndexAsync(reader)).Position;
        await writer.AddAsync(Run, Checkpoint("b", "B"));
        reader.Store.Reads.Clear();

        Assert.Equal("A", (string?)(await reader.FindAsync(Run, "a"))!.Output);
        Assert.DoesNotContain(reader.Store.Reads, read => read.Offset > 0);
        reader.Store.Reads.Clear();
        Assert.Equal("B", (string?)(await reader.FindAsync(Run, "b"))!.Output);
        Assert.All(reader.Store.Reads, read => Assert.True(read.Offset >= end));
        reader.Store.Reads.Clear();
        Assert.Equal("B", (string?)(await reader.FindAsync(Run, "b"))!.Output);
        Assert.Empty(reader.Store.Reads);
        Assert.Null(await reader.FindAsync(Run, "c"));
        Assert.Equal([(Log, (await IndexAsync(writer)).Position)], reader.Store.Reads);
    }

    [SuiteFact]
    public async Task Only_process_of_an_attempt_of_the_run_reads_the_log_once()
    {
        var process = Start(isShared: false);
        Assert.Null(await process.Checkpoints.FindToExecuteAsync(Call("a"), 0, CancellationToken.None));
        process.Store.Reads.Clear();

        await process.AddAsync(Run, Checkpoint("a", "A"), Event(RunEventNames.StepStarted, "a"));
        Assert.Null(await process.Checkpoints.FindToExecuteAsync(Call("b"), 0, CancellationToken.None));
        Assert.Equal("A", (string?)(await process.FindAsync(Run, "a"))!.Output);
        Assert.Null(await process.FindAsync(Run, "b"));

        Assert.Empty(process.Store.Reads);
    }

    [SuiteFact]
    public async Task Append_that_happened_twice_is_one_record_of_the_call()
    {
        var process = Start();
        process.Store.AppendsTwice = true;

        var (stored, isNew) = await process.AddAsync(Run, Checkpoint("a", "A"), Event(RunEventNames.StepStarted, "a"));

        Assert.True(isNew);
        Assert.Equal("A", (string?)stored.Output);
        Assert.Equal(4, (await LinesAsync()).Length);
        foreach (var reader in (LogProcess[])[process, Start()])
        {
            Assert.Equal("A", (string?)(await reader.FindAsync(Run, "a"))!.Output);
            Assert.Equal(["step.started a 1-1", "step.completed a 1-1"], await reader.EventsAsync(Run));
            Assert.Equal(0, (await IndexAsync(reader)).Begun(new AttemptKey(1, "a", 1)));
        }
    }

    [SuiteFact]
    public async Task Damaged_line_is_named_and_refuses_only_the_attempt_of_the_run_in_which_it_lies()
    {
        var writer = Start();
        await writer.AddAsync(Run, Checkpoint("a", "A"));
        await writer.AddAsync(Run, Checkpoint("b", "B"));
        await writer.AppendAsync(Run, new RunEvent(RunEventNames.RunStarted, "r1", 2, At));
        var lines = await LinesAsync();
        var position = lines[0].Length + 1;
        var second = position + lines[1].Length + 1;
        lines[1] = lines[1].Replace("\"B\"", "\"C\"", StringComparison.Ordinal);
        await Open().DeleteAsync(Log);
        await Open().AppendAsync(Log, Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))));

        var reader = Start();
        var problem = await Assert.ThrowsAsync<UnreadableRecordException>(
            () => reader.Checkpoints.FindToExecuteAsync(Call("c"), 0, CancellationToken.None));

        Assert.Equal(
            $"The record 'runs/r1/log-0.jsonl' is damaged: its line at byte {position} does not match its checksum.", problem.Message);
        Assert.Equal("A", (string?)(await reader.Checkpoints.FindToExecuteAsync(Call("a"), 0, CancellationToken.None))!.Output);
        Assert.Null(await reader.Checkpoints.FindToExecuteAsync(Call("c", runAttempt: 2), second, CancellationToken.None));
        Assert.Null(await reader.FindAsync(Run, "b"));
        Assert.Equal(position, Assert.Single((await IndexAsync(reader)).Flaws).Offset);
    }

    [SuiteFact]
    public async Task Records_of_another_run_of_the_id_are_ignored()
    {
        var process = Start();
        await process.AddAsync(Run, Checkpoint("a", "old"), Event(RunEventNames.StepStarted, "a"));
        await process.AppendAsync(Run, Event(RunEventNames.StepStarted, "b"), Text("b", 0, "old"));
        await Open().DeleteAsync(RunKeys.Record(Run.RunId));
        var later = new RunIdentity(Run.RunId, "t");
        await CreateRunAsync(Open(), later);

        foreach (var reader in (LogProcess[])[process, Start()])
        {
            Assert.Null(await reader.FindAsync(later, "a"));
            Assert.Empty(await reader.EventsAsync(later));
            Assert.Equal(0, (await reader.Logs.IndexAsync(later, isCurrent: true, CancellationToken.None)).Begun(new AttemptKey(1, "b", 1)));
        }

        Assert.Equal(("new", true), await AddedAsync(process.AddAsync(later, Checkpoint("a", "new"))));
        Assert.Equal("new", (string?)(await Start().FindAsync(later, "a"))!.Output);
        Assert.Equal(["step.started a 1-1", "step.completed a 1-1"], await Start().EventsAsync(later));
        await Assert.ThrowsAsync<RunGoneException>(() => process.AddAsync(Run, Checkpoint("c")));
    }

    [SuiteFact]
    public async Task Events_before_a_record_are_in_its_append()
    {
        var process = Start();

        await process.AddAsync(Run, Checkpoint("a"), Event(RunEventNames.StepReady, "a"), Event(RunEventNames.StepStarted, "a"));

        Assert.Equal((Log, true), (Assert.Single(process.Store.Appends).Key, process.Store.Appends.Single().Flush));
        Assert.Equal(["step.ready a 1-1", "step.started a 1-1", "step.completed a 1-1"], await process.EventsAsync(Run));
    }

    private protected LogProcess Start(bool isShared = true)
    {
        var process = new LogProcess(Open(), isShared);
        _processes.Add(process);
        return process;
    }

    private protected static Task<RunLogIndex> IndexAsync(LogProcess process) => process.Logs.IndexAsync(Run, isCurrent: true, CancellationToken.None).AsTask();

    /// <summary>The lines of the log, without line breaks. Texts of tests are ASCII, so a character is a byte.</summary>
    protected async Task<string[]> LinesAsync() =>
        Encoding.UTF8.GetString((await Open().ReadFromAsync(Log, 0))!.Bytes.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<(string? Output, bool IsNew)> AddedAsync(Task<(StepCheckpoint Stored, bool IsNew)> adding)
    {
        var (stored, isNew) = await adding;
        return ((string?)stored.Output, isNew);
    }
}
