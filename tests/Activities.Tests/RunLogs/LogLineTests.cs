using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Activities.RunLogs;
using Orchestrator.Storage;
using Orchestrator.Workflows.Runs;
using static Orchestrator.Activities.Tests.RunLogs.LogProcess;

namespace Orchestrator.Activities.Tests.RunLogs;

/// <summary>Lines stay far below the maximum of one append, whatever an event or a record says.</summary>
public sealed class LogLineTests
{
    private const int Huge = 5_000_000;

    private static readonly RunIdentity Run = new("r1", "s");

    [Fact]
    public void Event_with_a_huge_error_is_cut_and_names_the_whole()
    {
        var error = new WorkflowError(ErrorKind.ToolFailed, new string('m', Huge)) { Details = new JsonObject { ["body"] = new string('d', Huge) } };

        var (line, read) = Read(LogLine.Of(Run, Event(RunEventNames.StepFailed, "a") with { Error = error, Reason = new string('r', Huge) }));

        Assert.True(line < 64 * 1024, $"{line}");
        Assert.Equal(8_000, read.Event!.Error!.Message.IndexOf('…', StringComparison.Ordinal));
        Assert.EndsWith($"… (cut from {Huge} characters; the whole is in 'runs/r1/log-0.jsonl')", read.Event.Error.Message, StringComparison.Ordinal);
        Assert.Equal("The whole is in 'runs/r1/log-0.jsonl'.", (string?)read.Event.Error.Details!["cut"]);
        Assert.EndsWith($"(cut from {Huge} characters; the whole is in 'runs/r1/log-0.jsonl')", read.Event.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Error_of_a_run_that_is_cut_names_the_record_of_the_run()
    {
        var failed = new RunEvent(RunEventNames.RunFailed, "r1", 1, At) { Error = new WorkflowError(ErrorKind.Internal, new string('m', Huge)) };

        Assert.EndsWith("the whole is in 'runs/r1/run.json')", Read(LogLine.Of(Run, failed)).Record.Event!.Error!.Message, StringComparison.Ordinal);
    }

    /// <summary>JSON of users has 64 levels at most; the record has some around it.</summary>
    [Fact]
    public void Part_with_the_deepest_value_is_written_and_read()
    {
        var deepest = new string('[', 64) + new string(']', 64);

        var (_, read) = Read(LogLine.Of(Run, "outputs-1", 1, Encoding.UTF8.GetBytes(deepest)));

        Assert.Equal(deepest, read.Part!.Value!.Value.GetRawText());
    }

    [Fact]
    public void Event_up_to_the_maximum_is_not_cut()
    {
        var item = Event(RunEventNames.StepReady, "a") with { Reason = new string('r', LogLine.MaxEvent - 1_000) };

        Assert.Equal(item.Reason, Read(LogLine.Of(Run, item)).Record.Event!.Reason);
    }

    [Fact]
    public void Thousands_of_warnings_of_an_event_are_cut_to_the_first_ones()
    {
        var warnings = Enumerable.Range(0, 50_000).Select(number => $"Warning {number} is long enough.").ToList();

        var (line, read) = Read(LogLine.Of(Run, Event(RunEventNames.StepCompleted, "a") with { Warnings = warnings }));

        Assert.True(line < 64 * 1024, $"{line}");
        Assert.Equal(warnings.Take(20), read.Event!.Warnings);
    }

    [Fact]
    public void Checkpoint_of_huge_members_is_a_small_line_with_their_values_beside_it()
    {
        var line = LogLine.Of(
            Run, RunEventNames.StepFailed,
            Checkpoint("a", new string('o', Huge)) with
            {
                Inputs = new JsonObject { ["i"] = new string('i', Huge) },
                Transformed = new string('t', Huge),
                Error = new WorkflowError(ErrorKind.ToolFailed, new string('m', Huge)),
                Warnings = [.. Enumerable.Range(0, 50_000).Select(number => $"Warning {number} is long enough.")],
            },
            "w1");

        var (length, read) = Read(line);

        Assert.True(length < 64 * 1024, $"{length}");
        Assert.Equal(5, line.Beside.Count);
        Assert.Equal(["error", "inputs", "output", "transformed", "warnings"], read.Beside!.Keys.Order());
        Assert.Equal(line.Beside.Keys.Order(), read.Beside.Values.Order());
        Assert.Equal((null, null, null), (read.Checkpoint!.Inputs, read.Checkpoint.Output, read.Checkpoint.Transformed));
        Assert.EndsWith($"the whole is in 'runs/r1/outputs/{read.Beside["error"]}')", read.Checkpoint.Error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7_998)]
    [InlineData(7_999)]
    [InlineData(8_000)]
    public void Surrogate_pair_is_not_cut_in_two(int before)
    {
        var reason = new string('r', before) + "\U0001F600" + new string('r', Huge);

        var cut = Read(LogLine.Of(Run, Event(RunEventNames.StepSkipped, "a") with { Reason = reason })).Record.Event!.Reason!;

        Assert.StartsWith(new string('r', Math.Min(before, 8_000)), cut, StringComparison.Ordinal);
        Assert.Equal(before <= 7_998, cut.Contains("\U0001F600", StringComparison.Ordinal));
        Assert.DoesNotContain('\uFFFD', cut);
    }

    [Fact]
    public void Line_breaks_of_a_text_are_within_its_line()
    {
        var (_, read) = Read(LogLine.Of(Run, Event(RunEventNames.StepSkipped, "a") with { Reason = "one\ntwo\r\n\u2028three" }));

        Assert.Equal("one\ntwo\r\n\u2028three", read.Event!.Reason);
    }

    [Fact]
    public void Piece_of_text_that_is_too_large_is_cut()
    {
        var line = LogLine.OfText(Run, Text("a", 0, new string('t', Huge)));

        Assert.True(line.Length < 64 * 1024, $"{line.Length}");
        Assert.Contains($"(cut from {Huge} characters; the whole is in 'runs/r1/log-0.jsonl')", Encoding.UTF8.GetString(line), StringComparison.Ordinal);
        Assert.Equal((byte)'\n', line[^1]);
    }

    /// <summary>The length of the line and what it says, after the checks that every line must pass.</summary>
    private static (int Length, LogRecord Record) Read(LogLine line)
    {
        Assert.Equal(line.Bytes.Length - 1, line.Bytes.Span.IndexOf((byte)'\n'));
        Assert.True(line.Bytes.Length <= IContentStore.MaxAppendBytes);
        Assert.Null(LogPage.Parse(line.Bytes[..^1], withValues: true, out var record));
        return (line.Bytes.Length, record!);
    }
}
