using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Testing;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Workflows.Tests.Transforms;

public sealed class OutputTransformPropertyTests
{
    private const int Length = 256 * 1024;

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", "{\"", "\":", "\"a\"", "[[", "{}", "[1]", ",", ":", "|", "|--|", "---|", "\n", "\r\n", "\n\n", " ", "\t", "    ", "- ",
        "* ", "1. ", "2)", "(", ")", "Q1:", "Question 2", "#", "### ",
        "**", "__", "`", "```", "```json\n", "Clarity", "overall score", "Clarity: 8/10", "8", "10", "/", "8.5", "8,5", "-", "–", "—", "%", "out of",
        "Step 2:", "10:30", "2024-05-01", "?", ".", "what", "é", "✅", "\0", "\uD800", "\uFFFF",
        "> ", "good good good good ", "(8/10)", "= ", "99999999999999999999", "9/0", "٣", "３",
    ];

    private static readonly Arbitrary<string> Answers = Gen.OneOf(
            Gen.Elements(Pieces).ListOf().Select(string.Concat),
            Gen.Elements(TransformCases.Texts.ToArray()).Two().Select(pair => pair.Item1 + "\n" + pair.Item2),
            ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => text.Get))
        .ToArbitrary();

    public static TheoryData<string> Names => [.. OutputTransform.Names];

    [Theory, MemberData(nameof(Names))]
    public void Apply_to_any_text_gives_a_value_that_can_be_written(string name)
    {
        Assert.True(OutputTransform.TryGet(name, out var transform));
        Prop.ForAll(Answers, text =>
        {
            var result = transform.Apply(text);
            result.Value?.ToJsonString();
            Assert.Equal(
                result, transform.Apply(text), (one, other) => JsonNode.DeepEquals(one!.Value, other!.Value) && one.Warning == other.Warning);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
    }

    [Fact]
    public void ParseJson_reads_everything_that_the_seed_could_read()
    {
        Assert.True(OutputTransform.TryGet("parseJson", out var transform));
        Prop.ForAll(Answers, text =>
        {
            if (SeedParses(text))
            {
                Assert.Null(transform.Apply(text).Warning);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    [Theory]
    [InlineData("extractQuestions", @"^\d+[\.\)]\s*(.+)", "decimal at line start;dotted sub numbers;year at line start")]
    [InlineData("extractMarkdownList", @"^[-*]\s+(.+)", "")]
    public void Apply_to_an_answer_finds_what_the_seed_found(string name, string seed, string exceptions)
    {
        Assert.True(OutputTransform.TryGet(name, out var transform));
        var file = name == "extractQuestions" ? "questions" : "lists";
        foreach (var example in TransformCases.In(file).Where(example => !exceptions.Split(';').Contains(example.Name)))
        {
            var found = transform.Apply(example.Text).Value!.AsArray().Select(item => item!.GetValue<string>()).ToHashSet();
            foreach (var line in example.Text.Split('\n').Select(line => line.TrimEnd('\r')))
            {
                var item = Regex.Match(line, seed).Groups[1].Value.Trim();
                item = Regex.Replace(item, @"^\[[ xX]\]\s+", "");
                Assert.True(
                    item.Length == 0 || found.Contains(item) || Regex.IsMatch(item, @"^[-* ]+$"), $"'{item}' of '{example.Name}' was not found.");
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Apply_to_a_long_random_text_is_fast(string name)
    {
        Assert.True(OutputTransform.TryGet(name, out var transform));
        var slowest = (Time: TimeSpan.Zero, Piece: "");
        string[] unfinished =
        [
            "[1,", "{\"a\":[", "{\"a\":\"{", "|8", "| a ", "|--|--|x", "a: ", "a a ", "(a", "a)", "1,", "8/", "- 8", "Clarity: \n", "```x\n",
            "[\"[\",",
            "*1. *", "x: good ",
        ];
        foreach (var piece in Pieces.Concat(unfinished))
        {
            var text = string.Concat(Enumerable.Repeat(piece, Length / piece.Length));
            var taken = CpuTime.Of(() => transform.Apply(text));
            slowest = taken > slowest.Time ? (taken, piece) : slowest;
        }

        // Linear work takes a tenth of a second; what backtracks or starts over takes minutes.
        Assert.True(slowest.Time < TimeSpan.FromSeconds(10), $"A long text of '{slowest.Piece}' took {slowest.Time.TotalMilliseconds} ms.");
    }

    private static bool SeedParses(string text)
    {
        var (start, end) = (text.IndexOf('{', StringComparison.Ordinal), text.LastIndexOf('}'));
        try
        {
            using var document = start >= 0 && end > start ? JsonDocument.Parse(Encoding.UTF8.GetBytes(text[start..(end + 1)])) : null;
            return document is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
