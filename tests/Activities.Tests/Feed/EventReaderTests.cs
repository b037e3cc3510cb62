using System.Text;
using Orchestrator.Activities.Feed;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Activities.Runs;
using Orchestrator.Activities.Tests.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using static Orchestrator.Activities.Tests.RunLogs.LogProcess;

namespace Orchestrator.Activities.Tests.Feed;

/// <summary>Where pieces of streamed texts stand among the events, whose log is another one.</summary>
public sealed class EventReaderTests : IDisposable
{
    private static readonly RunIdentity Run = new("r1", "s");

    private readonly MemoryContentStore _store = new();
    private readonly LogProcess _process;

    public EventReaderTests() => _process = new LogProcess(_store);

    public void Dispose() => _process.Dispose();

    [Fact]
    public async Task Texts_stand_between_the_start_and_the_end_of_their_attempt()
    {
        await _process.AppendAsync(Run, Text("b", 0, "b0"), Text("a", 0, "a0"), Text("a", 1, "a1"));
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a"), Event(RunEventNames.StepStarted, "b"));
        await EndAsync("a");
        await EndAsync("b");

        Assert.Equal("started a, started b, a0, a1, completed a, b0, completed b", await AllAsync());
    }

    [Fact]
    public async Task Texts_of_an_attempt_that_has_not_ended_come_last()
    {
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a"), Text("a", 0, "a0"), Event(RunEventNames.StepStarted, "b"));

        Assert.Equal("started a, started b, a0", await AllAsync());
    }

    [Fact]
    public async Task Texts_wait_for_the_start_of_their_attempt_until_the_last_read()
    {
        var reader = Reader();
        await _process.AppendAsync(Run, Text("a", 0, "a0"));

        Assert.Equal("", await NextAsync(reader));
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a"));
        Assert.Equal("started a, a0", await NextAsync(reader));
        await _process.AppendAsync(Run, Text("a", 1, "a1"));
        Assert.Equal("a1", await NextAsync(reader));
        await _process.AppendAsync(Run, Text("b", 0, "b0"));
        Assert.Equal("", await NextAsync(reader));
        Assert.Equal("b0", await NextAsync(reader, isLast: true));
    }

    [Fact]
    public async Task Texts_of_an_attempt_whose_start_was_lost_stand_before_its_end()
    {
        await _process.AppendAsync(Run, Text("a", 0, "a0"));
        await EndAsync("a");

        Assert.Equal("started a, a0, completed a", await AllAsync());
    }

    [Fact]
    public async Task Texts_of_an_earlier_execution_stand_before_the_start_of_the_next_one()
    {
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a"), Text("a", 0, "lost0", second: 1), Text("a", 1, "lost1", second: 2));
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a", second: 10), Text("a", 0, "again0", second: 11));
        await EndAsync("a");

        Assert.Equal("started a, lost0, lost1, started a, again0, completed a", await AllAsync());
    }

    [Fact]
    public async Task Texts_are_left_out_for_readers_that_do_not_want_them()
    {
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a"), Text("a", 0, "a0"));
        await EndAsync("a");

        Assert.Equal("started a, completed a", await NextAsync(Reader(withTexts: false), isLast: true));
        Assert.DoesNotContain(_process.Store.Reads, read => read.Key == RunKeys.Texts(Run.RunId));
    }

    [Fact]
    public async Task Incomplete_text_is_read_when_it_is_complete_and_a_damaged_one_is_left_out()
    {
        var reader = Reader();
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a"));
        var line = Encoding.UTF8.GetString(LogLine.OfText(Run, Text("a", 0, "a0")));
        await _store.AppendAsync(RunKeys.Texts(Run.RunId), Encoding.UTF8.GetBytes("damaged\n" + line[..20]));

        Assert.Equal("started a", await NextAsync(reader));
        await _store.AppendAsync(RunKeys.Texts(Run.RunId), Encoding.UTF8.GetBytes(line));
        Assert.Equal("a0", await NextAsync(reader));
    }

    [Fact]
    public async Task Texts_together_larger_than_one_append_are_all_kept()
    {
        var texts = Enumerable.Range(0, 8).Select(number => Text("a", number, new string((char)('a' + number), 1_000_000))).ToList();

        await _process.AppendAsync(Run, [Event(RunEventNames.StepStarted, "a"), .. texts, Text("a", 8, new string('x', 5_000_000))]);

        var read = await _process.Feed.ReadAsync(Run, CancellationToken.None);
        Assert.Equal(texts.Select(item => item.Text), read.Skip(1).Take(8).Select(item => item.Text));
        Assert.Contains("(cut from 5000000 characters;", read[^1].Text!, StringComparison.Ordinal);
        Assert.All(_process.Store.Appends.Skip(1), append => Assert.True(append.Length <= IContentStore.MaxAppendBytes && !append.Flush));
    }

    private EventReader Reader(bool withTexts = true) => new(Run, _process.Store, _process.Logs, withTexts);

    private async Task EndAsync(string step) => await _process.Logs.AppendAsync(
        Run, [LogLine.Of(Run, RunEventNames.StepCompleted, Checkpoint(step), "w")], flush: true, CancellationToken.None);

    private Task<string> AllAsync() => NextAsync(Reader(), isLast: true);

    private static async Task<string> NextAsync(EventReader reader, bool isLast = false) => string.Join(
        ", ",
        (await reader.NextAsync(isLast, CancellationToken.None))
            .Select(item => item.Text ?? $"{item.Event.Replace("step.", "", StringComparison.Ordinal)} {item.StepId}"));
}
