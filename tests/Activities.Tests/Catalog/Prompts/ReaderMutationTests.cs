using Orchestrator.Bench.Reading;
using Orchestrator.Testing.Mutations;

namespace Orchestrator.Activities.Tests.Catalog.Prompts;

/// <summary>A slice of the bench's <c>mutate</c>: whatever the text, readers answer with findings, in bounded memory.</summary>
public sealed class ReaderMutationTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Spoiled_texts_are_refused_with_findings(int seed)
    {
        var run = new MutationRun(new Mutator(ReaderSources.All, seed), ReaderSources.Check);

        for (var index = 0; index < 1_000; index++)
        {
            var problem = run.Check(index);
            Assert.True(problem is null, $"mutate --seed {seed} --first {index} --count 1: {problem}");
        }
    }

    [Fact]
    public void Same_seed_and_index_make_the_same_text()
    {
        Assert.Equal(new Mutator(ReaderSources.All, 3).Make(7), new Mutator(ReaderSources.All, 3).Make(7));
        Assert.NotEqual(new Mutator(ReaderSources.All, 3).Make(7), new Mutator(ReaderSources.All, 4).Make(7));
    }

    [Fact]
    public void Reader_that_throws_fails_the_case() =>
        Assert.Contains(
            "DivideByZero", new MutationRun(new Mutator(ReaderSources.All, 1), _ => throw new DivideByZeroException()).Check(0),
            StringComparison.Ordinal);

    [Fact]
    public void Reader_that_takes_too_much_memory_fails_the_case() =>
        Assert.Contains(
            "allocated", new MutationRun(new Mutator([[1]], 1), _ => GC.KeepAlive(new byte[512 * 1024 * 1024])).Check(0), StringComparison.Ordinal);
}
