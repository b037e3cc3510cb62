using System.Text;
using Orchestrator.Activities.Catalog.Prompts;
using Orchestrator.Activities.Tools;
using Orchestrator.Functions.Application;
using Orchestrator.Storage;

namespace Orchestrator.Functions.Tests.Application;

public sealed class RunSourcesTests : IDisposable
{
    private readonly RunSources _sources = new(new ToolSet([]), [], new PromptStore(new MemoryContentStore(), TimeProvider.System));

    [Fact]
    public void Same_text_is_compiled_once_and_a_changed_one_anew()
    {
        var first = _sources.Read(Text("one"));

        Assert.Same(first, _sources.Read(Text("one")));
        var changed = _sources.Read(Text("two"));
        Assert.Equal("two", changed.Workflow!.Definition.Steps[0].Prompt);
        Assert.Equal("one", _sources.Read(Text("one")).Workflow!.Definition.Steps[0].Prompt);
    }

    [Fact]
    public void Text_with_errors_is_refused_each_time_it_is_read()
    {
        var text = """{ "steps": [ { "id": "a", "prompt": "1", "dependsOn": ["b"] } ] }"""u8.ToArray();

        var first = Assert.Throws<DefinitionRefusedException>(() => _sources.Read(text));
        var second = Assert.Throws<DefinitionRefusedException>(() => _sources.Read(text));

        Assert.Equal(first.Diagnostics, second.Diagnostics);
    }

    [Fact]
    public void What_is_kept_is_bounded_and_large_texts_are_not_kept()
    {
        const int Count = 40;
        const int Each = RunSources.MaxKeptBytes / 10;
        var texts = Enumerable.Range(0, Count).Select(number => Text($"{number}", Each)).ToList();
        var compiled = texts.ConvertAll(text => _sources.Read(text));

        Assert.InRange(texts.Zip(compiled).Count(pair => ReferenceEquals(_sources.Read(pair.First), pair.Second)), 1, 10);

        var large = Text("large", RunSources.MaxTextBytes);
        Assert.NotSame(_sources.Read(large), _sources.Read(large));
    }

    public void Dispose() => _sources.Dispose();

    private static byte[] Text(string prompt, int more = 0) => Encoding.UTF8.GetBytes(
        $$"""{ "description": "{{new string('x', more)}}", "steps": [ { "id": "a", "prompt": "{{prompt}}" } ] }""");
}
