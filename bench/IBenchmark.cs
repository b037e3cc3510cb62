using Orchestrator.Bench.Reporting;

namespace Orchestrator.Bench;

/// <summary>One scenario. It checks its own answer and throws a <see cref="WrongAnswerException"/> when that is wrong: a fast wrong answer is no figure.</summary>
internal interface IBenchmark
{
    public string Name { get; }

    public string Title { get; }

    public Task RunAsync(BenchOptions options, MarkdownReport report);
}
