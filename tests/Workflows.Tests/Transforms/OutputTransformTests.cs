using System.Text.Json.Nodes;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Workflows.Tests.Transforms;

public sealed class OutputTransformTests
{
    public static TheoryData<string> Scores => TransformCases.Names("scores");

    public static TheoryData<string> Questions => TransformCases.Names("questions");

    public static TheoryData<string> Lists => TransformCases.Names("lists");

    public static TheoryData<string> Json => TransformCases.Names("json");

    [Theory, MemberData(nameof(Scores))]
    public void ExtractScores_of_an_answer_finds_its_scores(string name) => Check("extractScores", "scores", name);

    [Theory, MemberData(nameof(Questions))]
    public void ExtractQuestions_of_an_answer_finds_its_questions(string name) => Check("extractQuestions", "questions", name);

    [Theory, MemberData(nameof(Lists))]
    public void ExtractMarkdownList_of_an_answer_finds_its_items(string name) => Check("extractMarkdownList", "lists", name);

    [Theory, MemberData(nameof(Json))]
    public void ParseJson_of_an_answer_finds_its_first_value(string name) => Check("parseJson", "json", name);

    [Fact]
    public void ExtractWordwareScores_reads_json_with_comments_and_trailing_commas()
    {
        var result = Apply("extractWordwareScores", "Scores: { \"clarity\": 8, // good\n \"depth\": [7, 6,], }");

        Assert.Null(result.Warning);
        Assert.Equal("""{"clarity":8,"depth":[7,6]}""", result.Value!.ToJsonString());
    }

    [Fact]
    public void ExtractWordwareScores_of_prose_keeps_the_text_and_warns()
    {
        var result = Apply("extractWordwareScores", "no scores");

        Assert.Equal("no scores", result.Value!.GetValue<string>());
        Assert.Contains("No JSON", result.Warning, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_those_of_the_format() => Assert.Equal(
        ["extractMarkdownList", "extractQuestions", "extractScores", "extractWordwareScores", "parseJson"], OutputTransform.Names.Order());

    [Theory]
    [InlineData("")]
    [InlineData("ParseJson")]
    [InlineData("unknown")]
    public void TryGet_of_an_unknown_name_finds_nothing(string name) => Assert.False(OutputTransform.TryGet(name, out _));

    private static TransformResult Apply(string transform, string text)
    {
        Assert.True(OutputTransform.TryGet(transform, out var found));
        return found.Apply(text);
    }

    private static void Check(string transform, string file, string name)
    {
        var example = TransformCases.Find(file, name);
        var result = Apply(transform, example.Text);
        var expected = example.Kept ? JsonValue.Create(example.Text) : example.Expected;

        Assert.Equal(expected?.ToJsonString(), result.Value?.ToJsonString());
        var nothing = example.Kept || expected is JsonArray { Count: 0 } && file != "json" || expected is JsonObject { Count: 0 } && file != "json";
        Assert.Equal(nothing, result.Warning is not null);
    }
}
