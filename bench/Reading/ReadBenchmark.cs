using System.Diagnostics;
using System.Text;
using Orchestrator.Bench.Reporting;
using Orchestrator.Testing;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Formats;

namespace Orchestrator.Bench.Reading;

/// <summary>Measures large definitions from text to compiled graph, in JSON and in YAML.</summary>
internal sealed class ReadBenchmark : IBenchmark
{
    private const int Times = 7;
    private const int LargeTimes = 3;
    private static readonly TimeSpan MostAllowed = TimeSpan.FromSeconds(2);

    public string Name => "read";

    public string Title => "definitions from text to compiled graph";

    public Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var rows = new List<IReadOnlyList<string>>();
        foreach (var (name, make) in ((string, Func<int, string>)[])[("JSON", Json), ("YAML", Yaml)])
        {
            var half = Measure(make(DefinitionLimits.MaxSteps / 2));
            var whole = Measure(make(DefinitionLimits.MaxSteps));
            WrongAnswerException.ThrowUnless(whole.First < MostAllowed, $"{name}: 10,000 steps took {whole.First} to read.");
            rows.Add(
            [
                name, Figures.Of(whole.First.TotalMilliseconds), Figures.Of(whole.Least.TotalMilliseconds), Figures.Of(whole.Least / half.Least, 2),
                Figures.Of((double)whole.Bytes / half.Bytes, 2), Figures.Of((double)whole.Bytes / DefinitionLimits.MaxSteps), Machine.Load(),
            ]);
        }

        report.Table(["format", "first time, ms", "least, ms", "time 10,000 ÷ 5,000", "bytes 10,000 ÷ 5,000", "B/step", "load"], rows);
        report.Paragraph($"Goal: 10,000 steps read, checked and compiled in less than {MostAllowed.TotalSeconds} s, the first time included.");
        report.Table(
            ["large in", "bytes", "5,000, ms", "10,000, ms", "10,000 ÷ 5,000"],
            [.. LargeDefinitions.All.Select(large => Large(large.Key, large.Value))]);
        report.Paragraph(
            "Definitions, right and wrong ones, that hold 10,000 or 100,000 of one thing. "
            + "Goal: linear, that is a ratio of about 2 where it takes more than some milliseconds.");
        return Task.CompletedTask;
    }

    private static IReadOnlyList<string> Large(string name, Func<int, string> make)
    {
        var half = Encoding.UTF8.GetBytes(make(DefinitionLimits.MaxSteps / 2));
        var whole = Encoding.UTF8.GetBytes(make(DefinitionLimits.MaxSteps));
        var (less, more) = (Least(half), Least(whole));
        return [name, $"{whole.Length}", Figures.Of(less.TotalMilliseconds), Figures.Of(more.TotalMilliseconds), Figures.Of(more / less, 2)];
    }

    private static TimeSpan Least(byte[] text) => Enumerable.Range(0, LargeTimes).Min(_ =>
    {
        GC.Collect();
        var started = Stopwatch.GetTimestamp();
        WorkflowReader.Read(text);
        return Stopwatch.GetElapsedTime(started);
    });

    private static (TimeSpan First, TimeSpan Least, long Bytes) Measure(string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text);
        var times = new List<TimeSpan>();
        var bytes = 0L;
        for (var turn = 0; turn < Times; turn++)
        {
            GC.Collect();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            var result = WorkflowReader.Read(utf8);
            times.Add(Stopwatch.GetElapsedTime(started));
            bytes = GC.GetAllocatedBytesForCurrentThread() - before;
            WrongAnswerException.ThrowUnless(result.Workflow is not null, string.Join('\n', result.Diagnostics.Take(3)));
        }

        return (times[0], times.Min(), bytes);
    }

    private static string Json(int count)
    {
        var steps = Enumerable.Range(0, count).Select(step =>
        {
            var dependency = step < 10 ? "" : $"\"s{step - 10}\"";
            return $$"""{ "id": "s{{step}}", "prompt": "{{Prompt(step)}}", "dependsOn": [{{dependency}}], "options": { "temperature": 0.5 } }""";
        });
        return $$"""{ "inputs": { "topic": {} }, "steps": [ {{string.Join(",\n", steps)}} ] }""";
    }

    private static string Yaml(int count) => "inputs:\n  topic: {}\nsteps:\n" + string.Concat(Enumerable.Range(0, count).Select(step =>
        $"  - id: s{step}\n    prompt: |\n      {Prompt(step)}\n    dependsOn: [{(step < 10 ? "" : $"s{step - 10}")}]\n    options:\n      "
        + "temperature: 0.5\n"));

    private static string Prompt(int step) => step < 10 ? "Begin with {{topic}}." : $"Go on from {{{{s{step - 10}}}}} about {{{{topic}}}}.";
}
