using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Tests.Names;

public class NameScopeTests
{
    private readonly NameScope _declared = new(
        [new("clarify", "feedback", true), new("fetch-users", "users", false), new("own", "own", false),
            new("plain-id", "plain_id", false)], ["question", "users"]);
    private readonly NameScope _open = new([new("clarify", "feedback", false)], null);

    [Theory]
    [InlineData("feedback", ReferenceKind.Output, 0, 1)]
    [InlineData("feedback_transformed", ReferenceKind.Transformed, 0, 1)]
    [InlineData("clarify.output", ReferenceKind.StepRecord, 0, 1)]
    [InlineData("own.output", ReferenceKind.Output, 2, 1)]
    [InlineData("""steps["fetch-users"].output""", ReferenceKind.StepRecord, 1, 2)]
    [InlineData("question", ReferenceKind.Input, -1, 1)]
    [InlineData("inputs.question", ReferenceKind.Input, -1, 2)]
    [InlineData("inputs", ReferenceKind.AllInputs, -1, 1)]
    [InlineData("users", ReferenceKind.Output, 1, 1)]
    [InlineData("inputs.users", ReferenceKind.Input, -1, 2)]
    [InlineData("context.feedback", ReferenceKind.Output, 0, 2)]
    [InlineData("""context["plain-id"]""", ReferenceKind.Output, 3, 2)]
    [InlineData("""context["plain-id"].status""", ReferenceKind.StepRecord, 3, 2)]
    [InlineData("""steps["plain-id"]""", ReferenceKind.StepRecord, 3, 2)]
    [InlineData("""context["fetch-users"]""", ReferenceKind.StepRecord, 1, 2)]
    [InlineData("run.id", ReferenceKind.Run, -1, 1)]
    public void Names_resolve_in_the_order_of_precedence(string text, ReferenceKind kind, int step, int consumed)
    {
        Assert.True(_declared.TryResolve(Path(text), out var reference, out _));
        Assert.Equal((kind, step, consumed), (reference.Kind, reference.Steps.FirstOrDefault(-1), reference.Consumed));
    }

    [Fact]
    public void Output_key_that_equals_its_step_id_also_refers_to_the_record()
    {
        _declared.TryResolve(Path("own.output"), out var own, out _);
        _declared.TryResolve(Path("feedback.output"), out var other, out _);

        Assert.Equal((true, false), (own.MayBeStepRecord, other.MayBeStepRecord));
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("inputs.nobody")]
    [InlineData("steps.nobody")]
    [InlineData("steps")]
    [InlineData("run.name")]
    [InlineData("item")]
    [InlineData("users_transformed")]
    public void Unknown_name_is_reported_in_one_sentence(string text)
    {
        Assert.False(_declared.TryResolve(Path(text), out _, out var error));
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_declared_inputs_any_other_name_is_an_input()
    {
        Assert.True(_open.TryResolve(Path("anything"), out var reference, out _));
        Assert.Equal((ReferenceKind.Input, "anything"), (reference.Kind, reference.Input));
    }

    private static ValuePath Path(string text) => ValuePath.TryParse(text, out var path, out var error) ? path : throw new ArgumentException(error);
}
