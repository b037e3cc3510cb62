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
public sealed class EventReaderTests : IAsyncLifetime
{
    private static readonly RunIdentity Run = new("r1", "s");

    private readonly MemoryContentStore _store = new();
    private readonly LogProcess _process;

    public EventReaderTests() => _process = new LogProcess(_store);

    public Task InitializeAsync() => CreateRunAsync(_store, Run);

    public Task DisposeAsync()
    {
        _process.Dispose();
        return Task.CompletedTask;
    }

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
    public async Task End_waits_for_the_last_pieces_of_its_text_and_what_follows_waits_with_it()
    {
        var reader = Reader();
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a"), Event(RunEventNames.StepStarted, "b"), Text("a", 0, "a0"));
        await EndAsync("a", texts: 3);
        await EndAsync("b");

        Assert.Equal("started a, started b, a0", await NextAsync(reader));
        await _process.AppendAsync(Run, Text("a", 1, "a1"));
        Assert.Equal("a1", await NextAsync(reader));
        await _process.AppendAsync(Run, Text("a", 2, "a2"));
        Assert.Equal("a2, completed a, completed b", await NextAsync(reader));
    }

    [Fact]
    public async Task Ends_wait_half_a_second_together_for_texts_that_are_lost_and_a_late_piece_is_left_out()
    {
        var reader = Reader();
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a"), Event(RunEventNames.StepStarted, "b"));
        await EndAsync("a", texts: 1);
        await EndAsync("b", texts: 1);

        Assert.Equal("started a, started b", await NextAsync(reader));
        _process.Time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal("", await NextAsync(reader));
        _process.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("completed a, completed b", await NextAsync(reader));
        await _process.AppendAsync(Run, Text("a", 0, "late"));
        Assert.Equal("", await NextAsync(reader));
    }

    [Fact]
    public async Task End_waits_for_the_texts_of_its_own_execution_and_not_at_the_last_read_or_without_texts()
    {
        var reader = Reader();
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a"), Text("a", 0, "lost0", second: 1), Text("a", 1, "lost1", second: 2));
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a", second: 10), Text("a", 0, "again0", second: 11));
        await EndAsync("a", texts: 2);

        Assert.Equal("started a, lost0, lost1, started a, again0", await NextAsync(reader));
        Assert.Equal("started a, started a, completed a", await NextAsync(Reader(withTexts: false)));
        Assert.Equal("completed a", await NextAsync(reader, isLast: true));
    }

    [Fact]
    public async Task Follower_gets_the_end_when_a_late_piece_wakes_it()
    {
        await _process.AppendAsync(Run, Event(RunEventNames.StepStarted, "a"));
        await EndAsync("a", texts: 1);
        await using var events = _process.Feed.FollowAsync(Run, withTexts: true, CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await events.MoveNextAsync());

        // The clock stands still.
        var next = events.MoveNextAsync();
        await _process.Time.WhenTimersAsync(1).WaitAsync(TimeSpan.FromSeconds(30));
        await _process.AppendAsync(Run, Text("a", 0, "a0"));

        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(RunEventNames.StepChunk, events.Current.Event);
        Assert.True(await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(RunEventNames.StepCompleted, events.Current.Event);
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

    private EventReader Reader(bool withTexts = true) => new(Run, _process.Store, _process.Logs, _process.Time, withTexts);

    private async Task EndAsync(string step, int texts = 0) => await _process.Logs.AppendAsync(
        Run, [LogLine.Of(Run, RunEventNames.StepCompleted, Checkpoint(step), "w", texts)], flush: true, CancellationToken.None);

    private Task<string> AllAsync() => NextAsync(Reader(), isLast: true);

    private static async Task<string> NextAsync(EventReader reader, bool isLast = false) => string.Join(
        ", ",
        (await reader.NextAsync(isLast, CancellationToken.None))
            .Select(item => item.Text ?? $"{item.Event.Replace("step.", "", StringComparison.Ordinal)} {item.StepId}"));
}
