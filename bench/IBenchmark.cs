using Orchestrator.Bench.Reporting;

namespace Orchestrator.Bench;

/// <summary>A benchmark. It checks its results: a wrong result stops the program.</summary>
internal interface IBenchmark
{
    /// <summary>The name on the command line.</summary>
    public string Name { get; }

    /// <summary>What is measured, for the heading of the report.</summary>
    public string Title { get; }

    /// <summary>Measures, and writes the figures to the report.</summary>
    /// <exception cref="WrongAnswerException">What was measured did not give the right result.</exception>
    public Task RunAsync(BenchOptions options, MarkdownReport report);
}
