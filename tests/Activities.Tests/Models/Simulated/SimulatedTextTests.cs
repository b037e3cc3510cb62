using System.Text.RegularExpressions;
using Orchestrator.Activities.Models.Simulated;

namespace Orchestrator.Activities.Tests.Models.Simulated;

public sealed partial class SimulatedTextTests
{
    private const string ScorePrompt = """
        # Score the interview answer

        Give each criterion a score out of 10:
        - **Clarity**: is it easy to follow?
        - Problem Framing (is the question understood)
        - Depth

        Inputs:
        answer: I would do this:
        - Listen: always
        """;

    [Fact]
    public void Compose_same_prompt_gives_the_text_of_every_other_process() => Assert.Equal(
        "Read against “Clarify”, the response does the important things right and leaves a few open.",
        string.Join(' ', Text("# Clarify\nGive feedback on the answer.", 140).Split(' ').Take(15)));

    [Fact]
    public void Compose_other_prompt_gives_other_text() => Assert.NotEqual(Text("# One\nabcdefgh", 140), Text("# One\nabcdefgi", 140));

    [Fact]
    public void Compose_any_length_has_exactly_that_many_words()
    {
        for (var tokens = 1; tokens <= 300; tokens++)
        {
            Assert.Equal(tokens, SimulatedText.Compose($"# Feedback on structure\nBe concrete, number {tokens}.", tokens).Count);
        }
    }

    [Fact]
    public void Compose_reads_as_paragraphs_of_whole_sentences_about_the_heading()
    {
        var text = Text("# Clarify the question\nThe candidate discussed pricing, churn and retention.", 140);

        Assert.Contains("“Clarify the question”", text, StringComparison.Ordinal);
        Assert.True(text.Split("\n\n").Length >= 2);
        Assert.All(text.Split("\n\n"), paragraph => Assert.Matches(@"^[A-Z].*[.]$", paragraph));
        Assert.DoesNotContain("{", text, StringComparison.Ordinal);
        Assert.Matches("candidate|pricing|retention|discussed", text);
    }

    [Fact]
    public void Compose_usual_length_says_nothing_twice()
    {
        for (var n = 0; n < 50; n++)
        {
            var sentences = Text($"# Clarify the question\nNumber {n}, about pricing and retention.", 140).Split(". ");

            Assert.Equal(sentences.Distinct(), sentences);
        }
    }

    [Fact]
    public void Compose_prompt_with_braces_or_nothing_at_all_still_reads()
    {
        Assert.NotEmpty(Text("{0} {{placeholder}} {", 60));
        Assert.Contains("“the task”", Text("", 60), StringComparison.Ordinal);
    }

    [Fact]
    public void Compose_prompt_for_scores_lists_the_criteria_it_names()
    {
        var scores = ScoreLine().Matches(Text(ScorePrompt, 140));

        Assert.Equal(["Clarity", "Problem Framing", "Depth"], scores.Select(match => match.Groups[1].Value));
        Assert.All(scores, match => Assert.InRange(int.Parse(match.Groups[2].Value), 4, 9));
    }

    [Fact]
    public void Compose_short_text_for_scores_still_lists_all() => Assert.Equal(3, ScoreLine().Count(Text(ScorePrompt, 1)));

    [Fact]
    public void Criteria_without_bullets_are_the_labels_at_line_starts() => Assert.Equal(
        ["Tone", "Rigour"],
        ScoreRequest.Criteria("Score this, X/10 each.\nTone: friendly or not\n**Rigour**: does it hold\nFormat: plain\nInputs:\nfoo: bar"));

    [Fact]
    public void Criteria_not_named_are_the_defaults() =>
        Assert.Equal(["Clarity", "Framework", "Assumptions", "Solution"], ScoreRequest.Criteria("Please score the answer out of 10."));

    [Theory]
    [InlineData("Give feedback on the answer.")]
    [InlineData("Score the answer.")]
    [InlineData("What happened on 9/10?")]
    [InlineData("The underscore is worth 1/10")]
    public void Criteria_prompt_that_wants_no_scores_out_of_ten_are_null(string prompt) => Assert.Null(ScoreRequest.Criteria(prompt));

    private static string Text(string prompt, int tokens) => string.Concat(SimulatedText.Compose(prompt, tokens));

    [GeneratedRegex(@"^\*\*([\w ]+)\*\*: (\d+)/10$", RegexOptions.Multiline)]
    private static partial Regex ScoreLine();
}
