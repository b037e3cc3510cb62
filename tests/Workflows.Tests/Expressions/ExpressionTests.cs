using System.Globalization;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Tests.Expressions;

public sealed class ExpressionTests
{
    private static JsonObject Values => JsonNode.Parse("""
        {
          "a": 6, "b": 4, "zero": 0, "one": 1.0, "big": 9007199254740993, "huge": 1e300, "fine": 0.12345678901234567890123456789012345,
          "t": "text", "empty": "", "yes": true, "no": false, "none": null, "smile": "😀",
          "list": [3, 1, 2], "objects": [{ "k": 1, "l": [null] }, { "k": 2 }], "nothing": [],
          "o": { "x": 1, "y": { "z": "deep" }, "in": "keyword", "length": "mine", "a b": "spaced", "7": "seven", "null": null }
        }
        """)!.AsObject();

    public static TheoryData<string, string> Literals => new()
    {
        { "null", "null" }, { "true", "true" }, { "false", "false" }, { "0", "0" }, { "007", "7" }, { "1.0", "1" }, { "1.50", "1.5" },
        { "1e3", "1000" },
        { "1.5E+2", "150" }, { "25e-1", "2.5" }, { "1e-40", "0" }, { "12345678901234567890", "12345678901234567890" },
        { "'single'", "\"single\"" }, { "\"double\"", "\"double\"" }, { "'\"'", "\"\\\"\"" }, { "\"'\"", "\"'\"" },
        { @"'\'\""\\\/\b\f\n\r\t\u00e9'", @"""'\""\\/\b\f\n\r\t\u00e9""" }, { "'größe ✓'", "\"größe ✓\"" }, { "''", "\"\"" },
        { "[]", "[]" }, { "[1, 'a', [null], o.y]", "[1,\"a\",[null],{\"z\":\"deep\"}]" }, { " \t\r\n1 ", "1" }, { "((1))", "1" },
    };

    public static TheoryData<string, string> Paths => new()
    {
        { "a", "6" }, { "o.x", "1" }, { "o.y.z", "\"deep\"" }, { "o . y [ 'z' ]", "\"deep\"" }, { "o[\"a b\"]", "\"spaced\"" },
        { "o.in", "\"keyword\"" }, { "o.null", "null" },
        { "list[0]", "3" }, { "list[a - b]", "2" }, { "list[list[1]]", "1" }, { "objects[1].k", "2" }, { "objects[zero]['k']", "1" },
        { "objects[0].l[0]", "null" },
        { "list.length", "3" }, { "t.length", "4" }, { "smile.length", "2" }, { "o.length", "\"mine\"" }, { "o['length']", "\"mine\"" },
        { "nothing.length", "0" },
        { "o[7]", "\"seven\"" }, { "list['0']", "3" }, { "(o).x", "1" }, { "(o.y).z", "\"deep\"" }, { "'abc'.length", "3" }, { "[4, 5][1]", "5" },
        { "json('{\"q\":{\"r\":[1,2]}}').q.r[1]", "2" }, { "(yes ? o : list).x", "1" }, { "o['x' + '']", "1" }, { "none", "null" },
        { "fine", "0.12345678901234567890123456789012345" }, { "huge", "1e300" }, { "one", "1.0" },
    };

    public static TheoryData<string, string> Operators => new()
    {
        { "1 + 2 * 3", "7" }, { "(1 + 2) * 3", "9" }, { "10 - 3 - 2", "5" }, { "2 * 6 / 4", "3" }, { "7 / 2", "3.5" }, { "a-b", "2" },
        { "a - -b", "10" }, { "--a", "6" }, { "-a + b", "-2" }, { "-7 % 4", "-3" },
        { "7.5 % 2", "1.5" }, { "0.1 + 0.2 == 0.3", "true" }, { "1 / 3", "0.3333333333333333333333333333" }, { "2.50 * 2", "5" },
        { "big + 1", "9007199254740994" }, { "-0", "0" }, { "one + 0", "1" },
        { "'a' + 'b'", "\"ab\"" }, { "'n=' + 1.50", "\"n=1.5\"" }, { "1 + 'a'", "\"1a\"" }, { "1 + 2 + 'a'", "\"3a\"" }, { "'a' + 1 + 2", "\"a12\"" },
        { "'a' + (1 + 2)", "\"a3\"" },
        { "1 == 1.0", "true" }, { "one == 1", "true" }, { "1 == '1'", "false" }, { "none == null", "true" }, { "o == o", "true" },
        { "'a' == 'A'", "false" }, { "'é' == 'e\\u0301'", "false" },
        { "objects[0] == json('{\"l\":[null],\"k\":1.0}')", "true" }, { "list == [3, 1.0, 2]", "true" }, { "list == [1, 2, 3]", "false" },
        { "[[]] != [[1]]", "true" }, { "huge == huge", "true" }, { "huge == 1", "false" },
        { "[huge] == json('[10e299]')", "true" }, { "1 < 2", "true" }, { "2 <= 2", "true" }, { "1 > 2", "false" }, { "2 >= 3", "false" },
        { "'a' < 'b'", "true" }, { "'Z' < 'a'", "true" }, { "'a' < 'aa'", "true" }, { "'é' > 'z'", "true" },
        { "1 in list", "true" }, { "1.0 in list", "true" }, { "'1' in list", "false" }, { "null in [null]", "true" },
        { "o.y in [1, json('{\"z\":\"deep\"}')]", "true" }, { "'x' in o", "true" }, { "'w' in o", "false" }, { "t in ['a', 'text']", "true" },
        { "!yes", "false" }, { "!!yes", "true" }, { "!(a < b)", "true" }, { "!yes == no", "true" }, { "yes && no", "false" }, { "yes || no", "true" },
        { "yes || no && no", "true" }, { "(yes || no) && no", "false" },
        { "no && missing", "false" }, { "yes || 1 / 0 == 1", "true" }, { "no && 1", "false" }, { "yes ? 1 : missing", "1" },
        { "no ? missing : 2", "2" }, { "no ? 1 : no ? 2 : 3", "3" }, { "yes ? no ? 1 : 2 : 3", "2" },
        { "a > b ? 'more' : 'less'", "\"more\"" }, { "1 < 2 == true", "true" }, { "1 + 1 in [2]", "true" }, { "none != null && none.x > 1", "false" },
    };

    public static TheoryData<string, string> Functions => new()
    {
        { "len('abc')", "3" }, { "len(list)", "3" }, { "len(o.y)", "1" }, { "len(smile)", "2" }, { "lower('ÄB')", "\"äb\"" },
        { "upper('äb')", "\"ÄB\"" }, { "upper('i')", "\"I\"" }, { "trim(' a\\n')", "\"a\"" },
        { "contains(t, 'ex')", "true" }, { "contains(t, '')", "true" }, { "contains(t, 'EX')", "false" }, { "contains(list, 2)", "true" },
        { "contains([[1]], [1.0])", "true" }, { "contains(nothing, 1)", "false" },
        { "startsWith(t, 'te')", "true" }, { "endsWith(t, 'xt')", "true" }, { "startsWith(t, 'xt')", "false" },
        { "endsWith(t, 'texttext')", "false" },
        { "coalesce(null, 2)", "2" }, { "coalesce(none)", "null" }, { "coalesce(missing, none, 3)", "3" }, { "coalesce(o.w.v, 4)", "4" },
        { "coalesce(none.x, 5)", "5" }, { "coalesce(list[9], 6)", "6" }, { "coalesce(objects[zero].w, 7)", "7" },
        { "coalesce(json('{}').x, 8)", "8" }, { "coalesce(1, 1 / 0)", "1" }, { "coalesce((o.w), 9)", "9" },
        { "coalesce(coalesce(o.w), 'x')", "\"x\"" }, { "coalesce(false, true)", "false" }, { "coalesce([o][0].w, 1)", "1" },
        { "json('[1, {\"a\": null}]')", "[1,{\"a\":null}]" }, { "json('\"x\"')", "\"x\"" }, { "json('null')", "null" }, { "json(' 1.0 ') + 0", "1" },
        { "json('\"\\\\ud800\"')", "\"\\ufffd\"" },
        { "number('8')", "8" }, { "number(' -8.50 ')", "-8.5" }, { "number('1e2')", "100" }, { "number(3)", "3" },
        { "string(1.0)", "\"1\"" }, { "string(1000000 * 1000000)", "\"1000000000000\"" }, { "string('a')", "\"a\"" },
        { "string(null)", "\"\"" }, { "string(true)", "\"true\"" }, { "string(o.y)", "\"{\\\"z\\\":\\\"deep\\\"}\"" },
        { "string(['é'])", "\"[\\\"é\\\"]\"" }, { "string(0.000001)", "\"0.000001\"" }, { "string(huge)", "\"1e300\"" },
        { "round(2.5)", "3" }, { "round(-2.5)", "-3" }, { "round(2.4)", "2" }, { "round(1.005, 2)", "1.01" }, { "round(7, 3)", "7" },
        { "min(3, 1, 2)", "1" }, { "min(list)", "1" }, { "max(list)", "3" }, { "max([7])", "7" }, { "max(1, 1.5)", "1.5" },
        { "sum(list)", "6" }, { "sum([])", "0" }, { "sum([0.1, 0.2]) == 0.3", "true" }, { "keys(o.y)", "[\"z\"]" },
        { "keys(json('{\"b\":1,\"a\":2}'))", "[\"b\",\"a\"]" }, { "len(keys(o))", "7" }, { "sum(list) / len(list)", "2" },
    };

    [Theory, MemberData(nameof(Literals)), MemberData(nameof(Paths)), MemberData(nameof(Operators)), MemberData(nameof(Functions))]
    public void Expression_over_given_values_has_this_value(string text, string expected)
    {
        var actual = Expressions.Value(text, Values);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), $"{text} is {actual?.ToJsonString()}");
        if (expected.All(character => character is '.' or '-' || char.IsAsciiDigit(character)))
        {
            Assert.Equal(expected, actual!.ToJsonString());
        }
    }

    [Theory, MemberData(nameof(Literals)), MemberData(nameof(Paths)), MemberData(nameof(Operators)), MemberData(nameof(Functions))]
    public void Expression_has_the_same_value_in_a_culture_with_decimal_commas(string text, string expected)
    {
        // The build knows no cultures but the invariant one; this is what German has.
        var german = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        german.NumberFormat = new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = ".", NegativeSign = "−" };
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = german;
            Assert.Equal("1,5", 1.5.ToString(CultureInfo.CurrentCulture));
            Expression_over_given_values_has_this_value(text, expected);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory, MemberData(nameof(Literals)), MemberData(nameof(Paths)), MemberData(nameof(Operators)), MemberData(nameof(Functions))]
    public void Expression_in_its_normal_form_has_the_same_value(string text, string expected)
    {
        var normal = Expressions.Parse(text).ToString();
        Assert.Equal(normal, Expressions.Parse(normal).ToString());
        Expression_over_given_values_has_this_value(normal, expected);
    }

    [Theory]
    [InlineData("1+2*3", "1 + 2 * 3")]
    [InlineData("((a)+(b))+(1+2)", "a + b + (1 + 2)")]
    [InlineData("(a*b)+c", "a * b + c")]
    [InlineData("a ? b : (c ? d : (e))", "a ? b : c ? d : e")]
    [InlineData("(a ? b : c) ? (d ? e : f) : g", "(a ? b : c) ? d ? e : f : g")]
    [InlineData("a[ 'b' ][0][ \"c d\" ]['1']['01'].e", "a.b[0][\"c d\"][1][\"01\"].e")]
    [InlineData("(a[b]).c['d'+e]", "a[b].c['d' + e]")]
    [InlineData("\"it's\" + \"\\u000a\"", "'it\\'s' + '\\n'")]
    [InlineData("! ( a&&b )||-( -c )", "!(a && b) || --c")]
    [InlineData("(a == b) == c", "(a == b) == c")]
    [InlineData("[ 1.50,len( x ) ]. length", "[1.5, len(x)].length")]
    [InlineData("1 .length", "1.length")]
    [InlineData("-(a.b)", "-a.b")]
    [InlineData("(-a).b", "(-a).b")]
    [InlineData("1 in(a)", "1 in a")]
    public void ToString_gives_the_normal_form(string text, string expected) => Assert.Equal(expected, Expressions.Parse(text).ToString());

    [Fact]
    public void ToString_of_an_expression_whose_normal_form_is_too_long_gives_the_text()
    {
        var text = string.Join('+', Enumerable.Repeat('1', 5_000));
        Assert.Equal(text, Expressions.Parse(text).ToString());
    }

    [Fact]
    public void Paths_of_an_expression_are_what_it_reads()
    {
        var expression = Expressions.Parse("steps[\"fetch-users\"].output[i].name + coalesce(a.b, json(c).d, e[f], g + 1) + a.b + [h][0]");

        Assert.Equal(["steps[\"fetch-users\"].output", "i", "a.b", "c", "e", "f", "g", "h"], expression.Paths.Select(path => path.ToString()));
        Assert.Equal(["a.b", "e"], expression.References.Where(reference => reference.Optional).Select(reference => reference.Path.ToString()));
        var second = expression.References.Last(reference => reference.Path.ToString() == "a.b");
        Assert.Equal("a.b", expression.Text.Substring(second.Position, second.Length));
    }

    [Fact]
    public void Lookup_that_names_a_value_by_several_segments_is_followed_from_there()
    {
        var expression = Expressions.Parse("steps.fetch.output[0] + steps.fetch.outptu");

        Assert.False(expression.TryEvaluate(_ => RootValue.Of(JsonNode.Parse("""{ "output": [1] }"""), 2), out _, out var error));

        Assert.Equal("'steps.fetch' has no 'outptu' (character 37). Did you mean 'output'?", error.ToString());
    }

    [Fact]
    public void Lookup_that_finds_nothing_gives_the_message_of_the_error()
    {
        Assert.False(
            Expressions.Parse("1 + inputs.x").TryEvaluate(_ => RootValue.Missing("There is no input 'x'.", "Declare it."), out _, out var error));

        Assert.Equal(new ExpressionError("There is no input 'x'.", 4, 8, "Declare it."), error);
    }

    [Fact]
    public void Lookup_that_throws_is_not_caught() => Assert.Throws<TimeoutException>(
        () => Expressions.Parse("a").TryEvaluate(_ => throw new TimeoutException(), out _, out _));

    [Fact]
    public void Evaluation_leaves_the_given_values_as_they_were()
    {
        var values = Values;
        var scalar = JsonValue.Create(5);
        Expressions.Parse("[a, o, list, [o], s]").TryEvaluate(
            path => path.Root == "s" ? RootValue.Of(scalar) : Expressions.Over(values)(path), out _, out _);

        Assert.True(JsonNode.DeepEquals(Values, values));
        Assert.Null(scalar.Parent);
    }

    [Fact]
    public void Evaluation_by_many_threads_gives_each_the_same()
    {
        var expression = Expressions.Parse("sum(list) + a * b + len(string(o))");
        var (values, expected) = (Values, Expressions.Value("sum(list) + a * b + len(string(o))", Values)!.ToJsonString());
        _ = expression.TryEvaluate(Expressions.Over(values), out _, out _);

        Parallel.For(0, 1_000, _ =>
        {
            Assert.True(expression.TryEvaluate(Expressions.Over(values), out var value, out var _));
            Assert.Equal(expected, value!.ToJsonString());
        });
    }
}
