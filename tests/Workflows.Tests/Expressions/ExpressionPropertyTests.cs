using System.Globalization;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;

namespace Orchestrator.Workflows.Tests.Expressions;

public sealed class ExpressionPropertyTests
{
    private static readonly string[] Pieces =
    [
        "a", "o", "list", "none", "missing", "index", "true", "false", "null", "in", " in ", "0", "1", "2.5", "1e28", "7e28", "'x'", "\"y\"", "'",
        "\"", "\\", "\\u12", "(", ")", "[", "]", ",", ".", ":", "?", " ? ", " : ",
        "==", "!=", "<", "<=", ">", ">=", "&&", "||", "!", "+", "-", "*", "/", "%", " ", "\n", "len(", "coalesce(", "json(", "sum(", "min(",
        "string(", "keys(", "round(", ".length", "[0]", "['k']", "[index]", "=", "&", "|",
        "$", "{", "é", "😀", "\uD800", "\0", "and", "not ",
    ];

    private static readonly string[] Atoms =
    [
        "a", "b", "0", "1", "2.5", "true", "false", "null", "none", "'x'", "\"it's\"", "list", "o", "o.k", "o['s p']", "list[0]", "list[index]",
        "missing", "o.missing", "list.length", "big", "huge", "[]", "objects[index].k", "'[1, {\"q\": 2}]'", "' 7 '",
    ];

    private static readonly string[] Operators = ["||", "&&", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"];

    private static readonly string[][] Levels = [["||"], ["&&"], ["==", "!="], ["<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/", "%"]];

    private static readonly Arbitrary<string> Soup = Gen.OneOf(
            Gen.Elements(Pieces).ListOf().Select(string.Concat),
            ArbMap.Default.GeneratorFor<NonNull<string>>().Select(text => text.Get))
        .ToArbitrary();

    private static JsonObject Values => JsonNode.Parse("""
        {
          "a": 6, "b": -4.5, "index": 1, "big": 7e28, "huge": 1e300, "none": null, "list": [3, 1, 2], "o": { "k": "v", "s p": true, "n": null },
          "objects": [{ "k": [1] }, { "k": [2] }]
        }
        """)!.AsObject();

    [Fact]
    public void Random_tokens_give_a_value_or_an_error_within_the_text() => Prop.ForAll(Soup, text =>
    {
        if (!Expression.TryParse(text, out var expression, out var error) || !expression.TryEvaluate(Expressions.Over(Values), out _, out error))
        {
            Assert.InRange(error.Position, 0, text.Length);
            Assert.InRange(error.Length, 0, text.Length - error.Position);
            Assert.NotEmpty(error.ToString());
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(10_000).WithEndSize(40));

    [Fact]
    public void Expression_of_any_form_gives_a_value_or_an_error_and_its_normal_form_the_same() => Prop.ForAll(Tree(5).ToArbitrary(), text =>
    {
        var expression = Expressions.Parse(text);
        var normal = Expressions.Parse(expression.ToString());

        Assert.Equal(expression.ToString(), normal.ToString());
        Assert.Equal(expression.Paths.Select(path => path.ToString()), normal.Paths.Select(path => path.ToString()));
        Assert.Equal(Outcome(expression), Outcome(normal));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(4_000));

    [Fact]
    public void Expression_without_parentheses_is_grouped_by_the_levels_of_its_operators() => Prop.ForAll(Chain().ToArbitrary(), tokens =>
    {
        if (Expression.TryParse(string.Join(' ', tokens), out var expression, out var error))
        {
            Assert.Equal(Outcome(Expressions.Parse(Grouped(tokens))), Outcome(expression));
        }
        else
        {
            Assert.Contains("cannot follow one another", error.Message, StringComparison.Ordinal);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void Path_leads_where_the_same_path_of_a_mapping_leads() => Prop.ForAll(
        Gen.Elements("a", "o", "list", "objects", "none").SelectMany(root =>
            Gen.Elements(".k", ".n", "[0]", "[1]", "[9]", ".length", "[\"s p\"]", "[\"0\"]").ListOf().Select(steps => root + string.Concat(steps)))
                .ToArbitrary(),
        text =>
        {
            Assert.True(ValuePath.TryParse(text, out var path, out _));
            var found = path.TryFollow(Values, 0, out var expected);

            Assert.Equal(found, Expressions.Parse(text).TryEvaluate(Expressions.Over(Values), out var actual, out _));
            Assert.True(JsonNode.DeepEquals(found ? expected : null, actual));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000).WithEndSize(6));

    [Fact]
    public void Calculation_with_numbers_agrees_with_decimals() => Prop.ForAll(
        Gen.Choose(-10_000, 10_000).Two().ToArbitrary(),
        pair =>
        {
            var (x, y) = (pair.Item1 / 100m, pair.Item2 / 8m);
            var values = new JsonObject { ["x"] = x, ["y"] = (double)y };
            Assert.Equal(x + y, Decimal("x + y", values));
            Assert.Equal(x - y, Decimal("x - y", values));
            Assert.Equal(x * y, Decimal("x * y", values));
            Assert.Equal(x < y, Expressions.Value("x < y", values)!.GetValue<bool>());
            Assert.Equal(x == y, Expressions.Value("x == y", values)!.GetValue<bool>());
            Assert.Equal(y == 0 ? 0 : x % y, Decimal("y == 0 ? 0 : x % y", values));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static decimal Decimal(string text, JsonObject values) =>
        decimal.Parse(Expressions.Value(text, values)!.ToJsonString(), CultureInfo.InvariantCulture);

    private static string Outcome(Expression expression)
    {
        var (asked, values) = (new List<string>(), Expressions.Over(Values));
        var done = expression.TryEvaluate(
            path =>
            {
                asked.Add(path.ToString());
                return values(path);
            },
            out var value, out _);
        return $"{(done ? value?.ToJsonString() ?? "null" : "error")} after {string.Join(' ', asked)}";
    }

    private static Gen<string> Tree(int depth)
    {
        var tree = Gen.Elements(Atoms);
        for (; depth > 0; depth--)
        {
            tree = Deeper(tree);
        }

        return tree;
    }

    private static Gen<string> Deeper(Gen<string> tree) => Gen.Frequency(
        (2, Gen.Elements(Atoms)),
        (6, from left in tree from symbol in Gen.Elements(Operators) from right in tree select $"({left}) {symbol} ({right})"),
        (1, from left in tree from right in tree from third in tree select $"(({left}) + ({right})) + ({third}) - 1"),
        (1, from sign in Gen.Elements("!", "-") from operand in tree select $"{sign}({operand})"),
        (1, from when in tree from then in tree from otherwise in tree select $"({when}) ? {then} : ({otherwise})"),
        (1, from target in tree from step in Gen.Elements(".k", "['s p']", "[0]", "[index]", ".length", "[a - 6]") select $"({target}){step}"),
        (1, from first in tree from second in tree select $"[{first}, ({second})]"),
        (1, from name in Gen.Elements(
            "len", "lower", "json", "number", "string", "round", "min", "sum", "keys",
            "coalesce")
            from argument in tree
            select $"{name}({argument})"),
        (1, from name in Gen.Elements(
            "contains", "coalesce", "round", "max", "startsWith")
            from first in tree
            from second in tree
            select $"{name}({first}, {second})"));

    private static Gen<List<string>> Chain() =>
        from count in Gen.Choose(1, 8)
        from operands in Gen.Elements("a", "b", "1", "2.5", "true", "false", "'x'", "list", "-a", "!true", "- - 1").ListOf(count + 1)
        from operators in Gen.Elements(Operators).ListOf(count)
        select operands.Zip(operators.Append(""), (operand, symbol) => new[] { operand, symbol }).SelectMany(pair => pair).SkipLast(1).ToList();

    /// <summary>The reference: splits at the last operator of the loosest level, and puts both sides into parentheses.</summary>
    private static string Grouped(List<string> tokens)
    {
        foreach (var level in Levels)
        {
            var at = tokens.FindLastIndex(level.Contains);
            if (at >= 0)
            {
                return $"({Grouped(tokens[..at])} {tokens[at]} {Grouped(tokens[(at + 1)..])})";
            }
        }

        return $"({tokens.Single()})";
    }
}
