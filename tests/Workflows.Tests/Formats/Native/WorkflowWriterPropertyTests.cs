using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Formats.Native;

namespace Orchestrator.Workflows.Tests.Formats.Native;

public sealed class WorkflowWriterPropertyTests
{
    private static readonly Config Much = Config.QuickThrowOnFailure.WithMaxTest(3_000);

    [Fact]
    public void Definition_written_as_json_is_read_as_itself_and_written_the_same() =>
        Prop.ForAll(DefinitionSource.Any, definition => RoundTrip(definition, given => WorkflowWriter.WriteJson(given))).Check(Much);

    [Fact]
    public void Definition_written_as_yaml_is_read_as_itself_and_written_the_same() =>
        Prop.ForAll(DefinitionSource.Any, definition => RoundTrip(definition, given => WorkflowWriter.WriteYaml(given))).Check(Much);

    [Fact]
    public void Same_definition_gives_the_same_text() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var (first, second) = (new DefinitionSource(seed).Next(), new DefinitionSource(seed).Next());
        Assert.Equal(WorkflowWriter.WriteJson(first), WorkflowWriter.WriteJson(second));
        Assert.Equal(WorkflowWriter.WriteYaml(first), WorkflowWriter.WriteYaml(second));
    }).Check(Config.QuickThrowOnFailure);

    private static void RoundTrip(WorkflowDefinition definition, Func<WorkflowDefinition, string> write)
    {
        var text = write(definition);
        var read = Documents.ReadWell(text);

        Assert.Equal(Documents.Content(definition), Documents.Content(read));
        Assert.Equal(text, write(read));
    }
}
