using Orchestrator.Testing;
using Orchestrator.Workflows.Transforms;

namespace Orchestrator.Workflows.Tests.Transforms;

/// <summary>An answer of a model may be 10 MiB of anything: a transform takes time in proportion.</summary>
public sealed class OutputTransformTimeTests
{
    private const int Small = 50_000;
    private const int Large = 4 * Small;
    private const int Rounds = 6;

    /// <summary>Linear is 4, quadratic 16.</summary>
    private const double MostRatio = 9;

    /// <summary>Texts that begin much of what a transform looks for, and end little of it.</summary>
    private static readonly string[] Units =
    [
        "a", "1", " ", "\n", "\t", "\r", "a: ", "**a**: ", "Clarity: 8/10 ", "Clarity: 8/10\n", "| a ", "| a | 8 ", "| a | 8 |\n", "|--|--|\n", "(",
        ") ", "[", "]", "{", "{}", "[[", "\"", "\\", "'", "{\"a\":", "{\"a\" ", "{\"a\":\"", "{a:", "[1,", "[x ",
        "{\"a\":1},", "\"\\\\", "```\n", "```json\n{\n", "1. What? ", "1. What?\n", "- x\n", "- ", "*", "> ", "?", "1.", "1,", "8/", "8 out of ",
        "word ", "word word word word: ", ": 8", "-", " - ", "=", "~", "<", ":\n",
    ];

    public static TheoryData<string> Names => [.. OutputTransform.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Text_that_is_four_times_as_long_takes_about_four_times_as_long(string name)
    {
        Assert.True(OutputTransform.TryGet(name, out var transform));
        foreach (var unit in Units)
        {
            var (small, large) = (Text(unit, Small), Text(unit, Large));
            var (least, most) = (Measure(transform, small), Measure(transform, large));
            for (var round = 1; round < Rounds && most > TimeSpan.FromMilliseconds(100) && most > MostRatio * least; round++)
            {
                least = TimeSpan.FromTicks(Math.Min(least.Ticks, Measure(transform, small).Ticks));
                most = TimeSpan.FromTicks(Math.Min(most.Ticks, Measure(transform, large).Ticks));
            }

            Assert.True(
                most <= TimeSpan.FromMilliseconds(100) || most <= MostRatio * least,
                $"{Small} characters of '{unit}' took {least.TotalMilliseconds} ms, {Large} took {most.TotalMilliseconds} ms.");
        }
    }

    private static string Text(string unit, int length) => string.Concat(Enumerable.Repeat(unit, length / unit.Length));

    private static TimeSpan Measure(OutputTransform transform, string text) => CpuTime.Of(() => transform.Apply(text));
}
