using Orchestrator.Bench.Reporting;
using Orchestrator.Testing.Mutations;

namespace Orchestrator.Bench.Reading;

/// <summary>Mutated definitions and prompt files: the readers must report diagnostics, in bounded time and memory.</summary>
internal sealed class MutateBenchmark : IBenchmark
{
    public string Name => "mutate";

    public string Title => "readers on spoiled texts";

    public Task RunAsync(BenchOptions options, MarkdownReport report)
    {
        var run = new MutationRun(new Mutator(ReaderSources.All, options.Seed), ReaderSources.Check);
        for (var index = options.First; index < options.First + options.Count; index++)
        {
            var problem = run.Check(index);
            WrongAnswerException.ThrowUnless(problem is null, $"Again: mutate --seed {options.Seed} --first {index} --count 1. {problem}");
        }

        report.Table(
            ["texts", "seed", "slowest ms", "its index", "most bytes allocated per byte of text"],
            [[
                $"{options.Count}", $"{options.Seed}", Figures.Of(run.Slowest.TotalMilliseconds), $"{run.SlowestIndex}",
                Figures.Of(run.MostBytesPerByte),
            ]]);
        report.Paragraph(
            "Every text is read as a definition, as a prompt file and as a prompty file. Any result but diagnostics and errors for users stops "
            + "the run.");
        return Task.CompletedTask;
    }
}
