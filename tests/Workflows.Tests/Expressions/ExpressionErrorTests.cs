using System.Text.Json.Nodes;
using Orchestrator.Workflows.Expressions;

namespace Orchestrator.Workflows.Tests.Expressions;

public sealed class ExpressionErrorTests
{
    private static JsonObject Values => JsonNode.Parse("""
        {
          "a": 6, "t": "text", "none": null, "yes": true, "list": [3, 1, 2], "mixed": [1, "2"], "nothing": [], "huge": 1e300, "big": 7e28,
          "o": { "colour": 1, "y": { "z": "deep" } }
        }
        """)!.AsObject();

    /// <summary>Expression; where the error is marked with ^ below it; a part of the message and suggestion.</summary>
    public static TheoryData<string, string, string> Unreadable => new()
    {
        { "", "^", "empty" },
        { "  ", "^", "empty" },
        { "1 +", "   ^", "ends where a value must follow" },
        { "+ 1", "^", "'+' cannot stand here; a value" },
        { "1 2", "  ^", "'2' cannot stand here; an operator or the end" },
        { "'it''s'", "    ^^^", "an operator or the end" },
        { "(1", "  ^", "ends where ')'" },
        { "1)", " ^", "')' cannot stand here" },
        { "[1, ", "    ^", "ends where a value" },
        { "[1 2]", "   ^", "',' or ']'" },
        { "[1,]", "   ^", "']' cannot stand here; a value" },
        { "a.", "  ^", "a name after '.'" },
        { "a.0", "  ^", "Elements of lists are written [0]" },
        { "a['x'", "     ^", "ends where ']'" },
        { "a[]", "  ^", "a value must follow" },
        { "yes ? 1", "       ^", "':' and what holds otherwise" },
        { "yes ? : 2", "      ^", "a value" },
        { "a ? ? 1", "    ^", "'?' cannot stand here" },
        { "len(a", "     ^", "',' or ')'" },
        { "len()", "^^^^^", "len does not take 0 arguments. Write len(text, list or object)." },
        { "len(1, 2)", "^^^^^^^^^", "len does not take 2 arguments" },
        { "round(1, 2, 3)", "^^^^^^^^^^^^^^", "round(number, digits)" },
        { "coalesce()", "^^^^^^^^^^", "coalesce(first, second, …)" },
        { "lenn(a)", "^^^^", "no function 'lenn'. Did you mean 'len'?" },
        { "Lower(t)", "^^^^^", "Did you mean 'lower'?" },
        { "foo(t)", "^^^", "There are len, lower" },
        { "t.contains('x')", "  ^^^^^^^^", "Write contains(…) with the value as its first argument" },
        { "t.length()", "  ^^^^^^", "Write .length without parentheses" },
        { "a = 1", "  ^", "Write '=='" },
        { "a === 1", "  ^^^", "Write '=='" },
        { "a !== 1", "  ^^^", "Write '!='" },
        { "a <> 1", "  ^^", "Write '!='" },
        { "a & 1", "  ^", "Write '&&'" },
        { "a | 1", "  ^", "Write '||'" },
        { "a ?? 1", "  ^^", "Write coalesce(a, b)" },
        { "o?.x", " ^^", "coalesce" },
        { "yes and yes", "    ^^^", "Write '&&'" },
        { "yes or yes", "    ^^", "Write '||'" },
        { "not yes", "    ^^^", "Write '!' for 'not'" },
        { "a is 1", "  ^^", "Write '=='" },
        { "{{a}}", "^^", "without braces" },
        { "${a}", "^^", "without '$'" },
        { "$a", "^", "without '$'" },
        { "`x`", "^", "Texts stand in" },
        { "‘x’", "^", "Texts stand in" },
        { "𠮷", "^^", "'𠮷' cannot stand in a name" },
        { "größe", "  ^", "'ö' cannot stand in a name" },
        { "ärger", "^", "[\"…\"]" },
        { "a # b", "  ^", "'#' means nothing" },
        { "a \0", "  ^", "'\\u0000' means nothing" },
        { "😀", "^^", "'😀' means nothing" },
        { "{\"a\": 1}", "^", "'{' means nothing" },
        { "12abc", "^^^^^", "'12abc' is no number" },
        { "1e", "^^", "'1e' is no number" },
        { "1.", "  ^", "a name after '.'" },
        { ".5", "^", "'.' cannot stand here" },
        { "1e29", "^^^^", "too large" },
        { "'abc", "^", "no closing '" },
        { "\"abc\n\"", "^", "write a line break in it as \\n" },
        { "'a\\x'", "  ^", "After '\\' there must be" },
        { "'\\u12g4'", " ^", "four hexadecimal digits" },
        { "1 < 2 < 3", "      ^", "'<' and '<' cannot follow one another. Join comparisons with '&&'" },
        { "1 == 1 != 2", "       ^^", "use parentheses" },
        { "in", "^^", "context.in" },
        { "1 in", "    ^", "a value" },
    };

    public static TheoryData<string, string, string> Unevaluable => new()
    {
        { "missing", "^^^^^^^", "There is no 'missing'." },
        { "1 + missing.x.y", "    ^^^^^^^^^^^", "There is no 'missing'." },
        { "o.color", "  ^^^^^", "'o' has no 'color'. Did you mean 'colour'?" },
        { "o.y.w.v", "    ^", "'o.y' has no 'w'." },
        { "o['w']", " ^^^^^", "'o' has no 'w'." },
        { "o[t]", " ^^^", "'o' has no 'text'." },
        { "none.x", "     ^", "'none' is null and has no 'x'. Write coalesce" },
        { "a.x", "  ^", "'a' is a number and has no 'x'." },
        { "t.x", "  ^", "'t' is a text and has no 'x'." },
        { "t[0]", " ^^^", "'t' is a text and has no '0'." },
        { "yes.length", "    ^^^^^^", "'yes' is true or false and has no 'length'." },
        { "list[3]", "    ^^^", "'list' has no element 3, it has 3." },
        { "list.first", "     ^^^^^", "'list' is a list and has no 'first'." },
        { "list[-1]", "     ^^", "An index must be a text or a whole number from 0 on, and '-1' is a number." },
        { "list[0.5]", "     ^^^", "An index" },
        { "list[none]", "     ^^^^", "'none' is null" },
        { "coalesce(list[o.w], 1)", "                ^", "'o' has no 'w'" },
        { "coalesce(o.w + 1, 1)", "           ^", "'o' has no 'w'" },
        { "coalesce(lower(o.w), 1)", "                 ^", "'o' has no 'w'" },
        { "1 + null", "  ^", "'+' needs two numbers, or a text and a text or number; '1' is a number, 'null' is null. Write coalesce" },
        { "t + yes", "  ^", "'yes' is true or false. Write string(…)" },
        { "t + list", "  ^", "'list' is a list" },
        { "1 + 2 + null", "      ^", "'1 + 2' is a number, 'null' is null" },
        { "t - 1", "  ^", "'-' needs two numbers; 't' is a text, '1' is a number. Write number(…)" },
        { "t * 2", "  ^", "'*' needs two numbers" },
        { "list / 2", "     ^", "'/' needs two numbers" },
        { "-t", " ^", "'-' needs a number, and 't' is a text." },
        { "-none", " ^^^^", "Write coalesce(none, 0)" },
        { "!a", " ^", "'!' needs true or false, and 'a' is a number. Write a != 0." },
        { "none && yes", "^^^^", "'&&' needs true or false, and 'none' is null. Write none != null." },
        { "yes && t", "       ^", "Write t != ''." },
        { "!(list)", " ^^^^^^", "Write len((list)) > 0." },
        { "o ? 1 : 2", "^", "'?' needs true or false, and 'o' is an object." },
        { "a + 1 || yes", "^^^^^", "'a + 1' is a number. Write … != 0." },
        { "1 < 'a'", "  ^", "'<' needs two numbers or two texts; '1' is a number, 'a' is a text." },
        { "none >= 1", "     ^^", "'none' is null, '1' is a number. Write coalesce" },
        { "yes < yes", "    ^", "needs two numbers or two texts" },
        { "'e' in t", "    ^^", "Write contains(text, part)" },
        { "1 in o", "  ^^", "'in' needs a list on its right" },
        { "1 in none", "  ^^", "'none' is null" },
        { "1 / 0", "  ^", "Division by zero." },
        { "a % (3 - 3)", "  ^", "Division by zero. Write b != 0 ? a % b" },
        { "big + big", "    ^", "The result of '+' is too large" },
        { "big * big", "    ^", "The result of '*' is too large" },
        { "big / 0.001", "    ^", "The result of '/' is too large" },
        { "huge + 1", "     ^", "'huge' is a number too large to calculate with" },
        { "huge < 1", "     ^", "too large to calculate with" },
        { "len(a)", "    ^", "len needs a text, a list or an object, and 'a' is a number." },
        { "lower(none)", "      ^^^^", "lower needs a text, and 'none' is null. Write coalesce(none, '')" },
        { "trim(list)", "     ^^^^", "trim needs a text" },
        { "contains(o, 'x')", "         ^", "Write name in object." },
        { "contains(t, 1)", "            ^", "contains needs a text, and '1' is a number." },
        { "startsWith(t, none)", "              ^^^^", "startsWith needs a text" },
        { "json(a)", "     ^", "json needs a text" },
        { "json('{')", "     ^^^", "The text is no JSON: line 1, column 2." },
        { "json('{\"a\":1,\"a\":2}')", "     ^^^^^^^^^^^^^^^", "The text is no JSON" },
        { "number('eight')", "       ^^^^^^^", "'eight' is no number." },
        { "number('8,5')", "       ^^^^^", "'8,5' is no number." },
        { "number('1e99')", "       ^^^^^^", "is no number" },
        { "number(none)", "       ^^^^", "Write coalesce(none, 0)" },
        { "round(t)", "      ^", "round needs a number" },
        { "round(a, 29)", "         ^^", "from 0 to 28" },
        { "round(a, 0.5)", "         ^^^", "from 0 to 28" },
        { "min(nothing)", "    ^^^^^^^", "An empty list has no smallest" },
        { "max(1, t)", "       ^", "max needs a number, and 't' is a text." },
        { "max(1)", "    ^", "max needs a list of numbers" },
        { "sum(mixed)", "    ^^^^^", "its element 1 is a text" },
        { "sum([big, big])", "^^^^^^^^^^^^^^^", "The sum is too large" },
        { "keys(list)", "     ^^^^", "keys needs an object" },
    };

    [Theory, MemberData(nameof(Unreadable)), MemberData(nameof(Unevaluable))]
    public void Mistake_in_an_expression_is_named_with_its_place(string text, string mark, string message)
    {
        var error = Expressions.Error(text, Values);

        Assert.Contains(message, $"{error.Message} {error.Suggestion}", StringComparison.Ordinal);
        Assert.Equal(mark.IndexOf('^', StringComparison.Ordinal), error.Position);
        Assert.Equal(error.Position >= text.TrimEnd().Length ? 0 : mark.Count(character => character == '^'), error.Length);
    }

    [Theory, MemberData(nameof(Unreadable))]
    public void TryParse_of_text_that_is_not_an_expression_fails(string text, string mark, string message)
    {
        Assert.False(Expression.TryParse(text, out var expression, out _), $"{mark}{message}");
        Assert.Null(expression);
    }

    [Theory, MemberData(nameof(Unevaluable))]
    public void TryParse_of_an_expression_that_fails_only_for_some_values_succeeds(string text, string mark, string message) =>
        Assert.True(Expression.TryParse(text, out _, out _), $"{mark}{message}");

    [Fact]
    public void ToString_of_an_error_has_message_place_and_suggestion() =>
        Assert.Equal("'o' has no 'color' (character 3). Did you mean 'colour'?", Expressions.Error("o.color", Values).ToString());
}
