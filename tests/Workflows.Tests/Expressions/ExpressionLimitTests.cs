using System.Text.Json.Nodes;
using Orchestrator.Testing;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Tests.Expressions;

public sealed class ExpressionLimitTests
{
    private const int Mebi = 1024 * 1024;
    private const int SmallStack = 512 * 1024;

    private static JsonObject Values => new()
    {
        ["text"] = new string('a', 6 * Mebi),
        ["one"] = 1,
        ["yes"] = true,
        ["no"] = false,
        ["list"] = new JsonArray(new string('b', 6 * Mebi))
    };

    /// <summary>What is put before and after the middle, over and over.</summary>
    public static TheoryData<string, string, string> Nestings => new()
    {
        { "(", "1", ")" }, { "[", "1", "]" }, { "-", "1", "" }, { "!", "yes", "" }, { "max(0, ", "1", ")" }, { "list[", "0", "]" },
        { "yes ? ", "1", " : 2" }, { "1 + (2 * ", "1", ")" }, { "coalesce(", "one", ")" },
        { "-(", "1", ")" }, { "no || yes && 1 == 1 + 1 * (", "1", ")" }, { "yes || yes && 1 == 1 + 1 * max(1, ", "1", ")" },
        { "coalesce(missing, ", "one", ")[0]" },
    };

    /// <summary>Each goes through a list of two million, or a text of six million characters, over and over.</summary>
    [Theory]
    [InlineData("contains(many, 'x')", "||")]
    [InlineData("'x' in many", "||")]
    [InlineData("many != many", "||")]
    [InlineData("sum(many) == 1", "||")]
    [InlineData("contains(text, 'x')", "||")]
    public void Evaluation_over_the_limit_of_elements_is_an_error(string part, string between)
    {
        var values = Values;
        values["many"] = new JsonArray([.. Enumerable.Range(0, 2_000_000).Select(item => (JsonNode)item)]);
        Assert.True(Expression.TryParse(string.Join($" {between} ", Enumerable.Repeat(part, 40)), out var expression, out _));

        Assert.False(expression.TryEvaluate(Expressions.Over(values), out _, out var error));

        Assert.Contains("10,000,000 elements", error.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Nestings))]
    public void Nesting_up_to_the_limit_fits_a_small_stack_and_over_it_is_an_error(string before, string middle, string after)
    {
        foreach (var depth in new[] { 10, 31, 32, 62, 63, 64, 65, 200 })
        {
            var text = string.Concat(Enumerable.Repeat(before, depth)) + middle + string.Concat(Enumerable.Repeat(after, depth));
            Expression? expression = null;
            ExpressionError? error = null;
            var isReadAgain = false;
            var thread = new Thread(
                () =>
                {
                    if (Expression.TryParse(text, out expression, out error))
                    {
                        expression.TryEvaluate(Expressions.Over(Values), out _, out _);
                        isReadAgain = Expression.TryParse(expression.ToString(), out _, out _);
                    }
                },
                SmallStack);
            thread.Start();
            thread.Join();

            if (expression is not null)
            {
                Assert.InRange(depth, 1, ExpressionLimits.MaxNesting);
                Assert.True(isReadAgain, $"The normal form of '{text}' is not read.");
            }
            else
            {
                Assert.InRange(depth, 11, int.MaxValue);
                Assert.Contains("64 levels", error!.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("1", "+1", "")]
    [InlineData("yes", "&&yes", "")]
    [InlineData("[one]", "[0]", "")]
    [InlineData("one", ".a", "")]
    [InlineData("one", "[one]", "")]
    [InlineData("", "yes?1:", "2")]
    [InlineData("[", "1,", "1]")]
    [InlineData("min(1", ",1", ")")]
    [InlineData("", "(", "")]
    [InlineData("", "-", "")]
    [InlineData("'", "\\", "")]
    [InlineData("", "a.b[", "")]
    public void Expression_of_the_maximum_length_is_read_fast_and_on_a_small_stack(string before, string middle, string after)
    {
        var text =
            before + string.Concat(Enumerable.Repeat(middle, (ExpressionLimits.MaxLength - before.Length - after.Length) / middle.Length)) + after;
        var taken = TimeSpan.MaxValue;
        var thread = new Thread(
            () => taken = CpuTime.Of(() =>
            {
                if (Expression.TryParse(text, out var expression, out _))
                {
                    expression.TryEvaluate(Expressions.Over(Values), out _, out _);
                    Assert.NotEmpty(expression.ToString());
                }
            }),
            SmallStack);
        thread.Start();
        thread.Join();

        Assert.True(taken < TimeSpan.FromSeconds(5), $"It took {taken}.");
    }

    [Fact]
    public void Expression_over_the_length_is_an_error()
    {
        Assert.True(Expression.TryParse(new string('a', ExpressionLimits.MaxLength), out _, out _));
        Assert.False(Expression.TryParse(new string('a', ExpressionLimits.MaxLength + 1), out _, out var error));
        Assert.Equal(new ExpressionError("The expression has 10001 characters; 10000 are allowed.", 10_000, 1), error);
    }

    [Theory]
    [InlineData("text + text", 11, "longer than 10 MiB")]
    [InlineData("text + 'x' + text", 17, "longer than 10 MiB")]
    [InlineData("[text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text, text]", 0, "100 MiB")]
    [InlineData("len(upper(text)) + len(upper(text)) + len(string(list)) + len(lower(text))", 0, "")]
    public void Text_over_the_limit_is_an_error(string text, int end, string message)
    {
        if (message.Length == 0)
        {
            Assert.Equal((4 * 6 * Mebi) + 4, Expressions.Value(text, Values)!.GetValue<long>());
            return;
        }

        var error = Expressions.Error(text, Values);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.True(end == 0 || error.Position + error.Length == end, error.ToString());
    }

    [Fact]
    public void Lists_of_lists_of_large_values_are_an_error_before_they_fill_the_memory()
    {
        var lists = "list";
        while (lists.Length < 4_000)
        {
            lists = $"[{lists}, {lists}]";
        }

        Assert.Contains("10", Expressions.Error(lists, Values).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Contains_of_hostile_texts_is_fast()
    {
        var values = new JsonObject { ["text"] = new string('a', 4 * Mebi), ["part"] = new string('a', Mebi) + "b" + new string('a', Mebi) };

        var taken = CpuTime.Of(() => Assert.False(Expressions.Value("contains(text, part)", values)!.GetValue<bool>()));

        // The quadratic search takes minutes.
        Assert.True(taken < TimeSpan.FromSeconds(5), $"It took {taken}.");
    }

    [Theory]
    [InlineData("[v]")]
    [InlineData("string(v)")]
    [InlineData("v == v")]
    [InlineData("v == w")]
    [InlineData("v in [v]")]
    [InlineData("v + 1")]
    [InlineData("v.a")]
    [InlineData("v[0]")]
    [InlineData("len(v)")]
    [InlineData("keys(v)")]
    [InlineData("sum(v)")]
    [InlineData("contains(v, w)")]
    public void Values_that_are_not_valid_json_give_a_value_or_an_error(string text)
    {
        foreach (var (v, w) in Odd().Zip(Odd()))
        {
            var expression = Expressions.Parse(text);
            if (expression.TryEvaluate(path => RootValue.Of(path.Root == "v" ? v : w), out _, out var error))
            {
                Assert.Null(error);
            }
            else
            {
                Assert.NotEmpty(error.Message);
            }
        }
    }

    private static IEnumerable<JsonNode?> Odd()
    {
        JsonNode deep = new JsonArray();
        for (var depth = 0; depth < 5_000; depth++)
        {
            deep = new JsonArray(deep);
        }

        yield return deep;
        yield return JsonNode.Parse("""{ "a": 1, "a": 2 }""");
        yield return JsonNode.Parse("""[{ "a": 1, "a": 2 }]""");
        yield return JsonNode.Parse("\"\\ud800\"");
        yield return JsonNode.Parse("""{ "a": "\ud800" }""");
        yield return JsonNode.Parse("""{ "\ud800": 1 }""");
        yield return JsonValue.Create(double.NaN);
        yield return new JsonArray(double.PositiveInfinity);
        yield return JsonValue.Create(1e300);
        yield return JsonValue.Create(float.Epsilon);
        yield return JsonValue.Create(DateTimeOffset.UnixEpoch);
        yield return JsonValue.Create('x');
        yield return JsonValue.Create(new { a = 1 });
        yield return JsonValue.Create(new[] { 1, 2 });
        yield return JsonValue.Create("\ud800");
        yield return JsonValue.Create(ulong.MaxValue);
    }
}
