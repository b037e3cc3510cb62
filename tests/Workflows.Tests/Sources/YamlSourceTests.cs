using System.Text.Json.Nodes;
using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Tests.Sources;

public class YamlSourceTests
{
    [Theory]
    [InlineData("null", "null")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData("Null", "null")]
    [InlineData("nUll", "\"nUll\"")]
    [InlineData("true", "true")]
    [InlineData("FALSE", "false")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("12", "12")]
    [InlineData("+1", "1")]
    [InlineData("-0", "-0")]
    [InlineData("007", "7")]
    [InlineData("-012", "-12")]
    [InlineData("0x1F", "31")]
    [InlineData("0xffffffffffffffff", "18446744073709551615")]
    [InlineData("0o17", "15")]
    [InlineData("-0x1F", "\"-0x1F\"")]
    [InlineData("0o8", "\"0o8\"")]
    [InlineData(".5", "0.5")]
    [InlineData("-.5e3", "-0.5e3")]
    [InlineData("1.", "1")]
    [InlineData("1.e2", "1e2")]
    [InlineData("00.50E+03", "0.50E+03")]
    [InlineData("1_000", "\"1_000\"")]
    [InlineData("12:30", "\"12:30\"")]
    [InlineData("2024-01-02", "\"2024-01-02\"")]
    [InlineData("1.2.3", "\"1.2.3\"")]
    [InlineData(".", "\".\"")]
    [InlineData("1e", "\"1e\"")]
    [InlineData("'12'", "\"12\"")]
    [InlineData("\"true\"", "\"true\"")]
    [InlineData("|\n  12\n", "\"12\\n\"")]
    [InlineData(">-\n  a\n  b\n", "\"a b\"")]
    [InlineData("!!str 12", "\"12\"")]
    [InlineData("! 12", "\"12\"")]
    [InlineData("!!int '0x10'", "16")]
    [InlineData("!!float 1", "1")]
    [InlineData("!!bool 'true'", "true")]
    [InlineData("!!null ''", "null")]
    [InlineData("!!map { a: !!seq [1] }", """{"a":[1]}""")]
    public void Values_are_read_by_the_core_schema(string yaml, string json) =>
        Assert.Equal($$"""{"v":{{json}}}""", Read($"v: {yaml}").ToJsonString(Plain));

    [Theory]
    [InlineData("a: 1 # one\n# two\nb: [x, # three\n  y]", """{"a":1,"b":["x","y"]}""")]
    [InlineData("a:\r\n- 1\r\n- |\r\n  x\r\n  y\r\n", """{"a":[1,"x\ny\n"]}""")]
    [InlineData("%YAML 1.2\n---\na: 1\n...\n", """{"a":1}""")]
    [InlineData("? a\n: 1\n1: 2\nnull: 3\n~: 4\ntrue: 5\n0x1F: 6", """{"a":1,"1":2,"null":3,"~":4,"true":5,"0x1F":6}""")]
    [InlineData("&k key: &v value\n*v : *k", """{"key":"value","value":"key"}""")]
    [InlineData("a: &x [1, {b: 2}]\nc: *x\nd: [*x, *x]", """{"a":[1,{"b":2}],"c":[1,{"b":2}],"d":[[1,{"b":2}],[1,{"b":2}]]}""")]
    [InlineData("a: &x 1\nb: &x 2\nc: *x", """{"a":1,"b":2,"c":2}""")]
    [InlineData("a: &x {p: 1, q: 2}\nb: {r: 0, <<: *x, q: 3}", """{"a":{"p":1,"q":2},"b":{"r":0,"p":1,"q":3}}""")]
    [InlineData("a: &x {p: 1}\nb: &y {p: 2, q: 3}\nc: {<<: [*x, *y, {s: 4}]}", """{"a":{"p":1},"b":{"p":2,"q":3},"c":{"p":1,"q":3,"s":4}}""")]
    [InlineData("a: &x {p: 1}\nb: &y {<<: *x, q: 2}\nc: {<<: *y}", """{"a":{"p":1},"b":{"p":1,"q":2},"c":{"p":1,"q":2}}""")]
    [InlineData("a: {\"<<\": 1}", """{"a":{"<<":1}}""")]
    [InlineData("{a: 1, 'b': \"\\u00e9\\n\"}", """{"a":1,"b":"é\n"}""")]
    public void Documents_become_the_tree_that_json_gives(string yaml, string json) => Assert.Equal(json, Read(yaml).ToJsonString(Plain));

    [Fact]
    public void Places_and_pointers_are_those_of_the_text()
    {
        var root = SourceText.ReadYaml("a: é😀\nb:\n  - x: \"y\"\n    z: |\n      text\n  - &n [1, 2]\n  - *n\n", out var diagnostics)!;

        Assert.Empty(diagnostics);
        var list = root.Member("b")!;
        Assert.Equal((1, 4, "/a"), Place(root.Member("a")!));
        Assert.Equal((3, 3, "/b"), Place(list));
        Assert.Equal((3, 5, "/b/0"), Place(list.Items[0]));
        Assert.Equal((3, 8, "/b/0/x"), Place(list.Items[0].Member("x")!));
        Assert.Equal((4, 5), (list.Items[0].Members[1].Line, list.Items[0].Members[1].Column));
        Assert.Equal((4, 8, "/b/0/z"), Place(list.Items[0].Member("z")!));
        Assert.Equal((6, 5, "/b/1"), Place(list.Items[1]));
        Assert.Equal((7, 5, "/b/2"), Place(list.Items[2]));
        Assert.Equal((6, 12, "/b/2/1"), Place(list.Items[2].Items[1]));
    }

    [Theory]
    [InlineData("'b\u2028c'")]
    [InlineData("\"b\u0085c\"")]
    [InlineData("b\u2029c # d\u2028 e")]
    public void Line_separators_of_unicode_are_ordinary_characters(string value) =>
        Assert.Equal(value.Split(' ')[0].Trim('\'', '"'), (string?)Read($"a: {value}\nf: g")["a"]);

    [Theory]
    [InlineData("\uFDD0", "\uFDD0")]
    [InlineData("\uFDEF\u2028", "\uFDEF\u2028")]
    [InlineData("\uFDD0\uFDD1\u2028\u2029\u0085", "\uFDD0\uFDD1\u2028\u2029\u0085")]
    [InlineData("\\uFDD0\\ufdd1\\U0000FDD2", "\uFDD0\uFDD1\uFDD2")]
    [InlineData("\\uFDD0\\ufdd1\\U0000FDD2\u2028\u2029\u0085", "\uFDD0\uFDD1\uFDD2\u2028\u2029\u0085")]
    public void Noncharacters_are_ordinary_characters_also_beside_line_separators(string written, string value) =>
        Assert.Equal(value, (string?)Read($"a: \"{written}\"")["a"]);

    [Fact]
    public void Line_separators_beside_all_noncharacters_are_refused_with_what_to_write()
    {
        var all = string.Concat(Enumerable.Range('\uFDD0', 32).Select(code => (char)code));
        var root = SourceText.ReadYaml($"a: {all}\nb: \"\u2028\"", out var diagnostics);

        Assert.Null(root);
        Assert.Equal((2, 5), (Assert.Single(diagnostics).Line, diagnostics[0].Column));
        Assert.Contains("U+2028 as \\L", diagnostics[0].Message, StringComparison.Ordinal);
        Assert.Equal(all + "\u2028", (string?)Read($"a: \"{all}\\L\"")["a"]);
    }

    [Fact]
    public void Columns_count_characters_of_utf16_and_lines_end_with_lf_only()
    {
        SourceText.ReadYaml("a: [😀é, \"\u2028\u0085\", !x y]", out var diagnostics);

        Assert.Equal((1, 16), (Assert.Single(diagnostics).Line, diagnostics[0].Column));
    }

    [Theory]
    [InlineData("a:\n\tb: 1", 2, 1, "tab")]
    [InlineData("a: 'x", 1, 4, "quote")]
    [InlineData("a: \"x\nb: 1\n", 2, 1, "quote")]
    [InlineData("a: @x", 1, 4, "'@'")]
    [InlineData("a:\n  b: 1\n c: 2", 3, 2, "indentation")]
    [InlineData("a:\n  - b: 1\n  c: 2", 3, 3, "indentation")]
    [InlineData("a: [1, 2", 1, 9, "']'")]
    [InlineData("a: {x: 1", 1, 9, "'}'")]
    [InlineData("a: b: c", 1, 5, "quotes")]
    [InlineData("a: |\n x\nb", 3, 1, "':'")]
    [InlineData("a: \"\\q\"", 1, 5, "escape")]
    [InlineData("a: x\0b", 1, 5, "U+0000")]
    [InlineData("a: {{x}}", 1, 5, "quotes")]
    [InlineData("? [a]\n: 1", 1, 3, "a list")]
    [InlineData("a: &x {}\n*x : 1", 2, 1, "must be a text")]
    [InlineData("a: *x", 1, 4, "no anchor '&x'")]
    [InlineData("a: &x [*x]", 1, 8, "inside its own anchor")]
    [InlineData("a: &x {<<: *x}", 1, 12, "inside its own anchor")]
    [InlineData("a: !colour red", 1, 4, "'!colour'")]
    [InlineData("a: !!timestamp 2024-01-02", 1, 4, "'!!timestamp'")]
    [InlineData("a: !!int x", 1, 4, "not a !!int")]
    [InlineData("a: !!int 1.5", 1, 4, "not a !!int")]
    [InlineData("a: !!map [1]", 1, 4, "before a list")]
    [InlineData("a: !!str [1]", 1, 4, "before a list")]
    [InlineData("a: !!seq x", 1, 4, "before a text")]
    [InlineData("a: .inf", 1, 4, "'.inf'")]
    [InlineData("a: -.INF", 1, 4, "'-.INF'")]
    [InlineData("a: .nan", 1, 4, "'.nan'")]
    [InlineData("a: 0x10000000000000000", 1, 4, "64 bits")]
    [InlineData("<<: 5", 1, 5, "The value of '<<' must be")]
    [InlineData("<<: [{}, 5]", 1, 10, "The value of '<<' must be")]
    [InlineData("a: 1\n---\nb: 2", 2, 1, "second")]
    public void Mistake_is_one_finding_with_its_place(string yaml, int line, int column, string reason)
    {
        Assert.Null(SourceText.ReadYaml(yaml, out var diagnostics));

        var finding = Assert.Single(diagnostics);
        Assert.Equal((DiagnosticCodes.InvalidText, line, column), (finding.Code, finding.Line, finding.Column));
        Assert.Contains(reason, finding.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Errors_that_do_not_stop_the_parser_are_reported_together()
    {
        SourceText.ReadYaml("a: *x\nb: !y z\nc: .nan\nc: 1\nd: {<<: 1}", out var diagnostics);

        Assert.Equal([(1, 4), (2, 4), (3, 4), (4, 1), (5, 9)], diagnostics.Select(finding => (finding.Line, finding.Column)));
    }

    [Fact]
    public void Duplicate_name_is_reported_and_the_first_counts()
    {
        var root = SourceText.ReadYaml("a: 1\nb: {x: 1, 'x': {y: 2}}\na: 2", out var diagnostics)!;

        Assert.Equal(
            [(DiagnosticCodes.DuplicateName, 2, 11, "/b/x"), (DiagnosticCodes.DuplicateName, 3, 1, "/a")],
            diagnostics.Select(finding => (finding.Code, finding.Line, finding.Column, finding.Pointer)));
        Assert.Equal("""{"a":1,"b":{"x":1}}""", root.ToJson()!.ToJsonString());
    }

    [Theory]
    [InlineData(DefinitionLimits.MaxNesting, true)]
    [InlineData(DefinitionLimits.MaxNesting + 1, false)]
    public void Nesting_has_the_limit_that_json_has(int levels, bool fits)
    {
        var flow = new string('[', levels) + new string(']', levels);
        var blocks = string.Concat(Enumerable.Repeat("- ", levels));
        var aliases = "- &a " + new string('[', levels - 3) + new string(']', levels - 3) + "\n- [[*a]]";

        Assert.All([flow, blocks, aliases], text => Assert.Equal(fits, SourceText.ReadYaml(text, out _) is not null));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("[? ")]
    public void Deep_nesting_is_refused_at_once(string opening)
    {
        var text = string.Concat(Enumerable.Repeat(opening, 100_000));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Null(SourceText.ReadYaml(text, out var diagnostics));

        Assert.Single(diagnostics);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    [Theory]
    [InlineData("*a,*a,*a,*a,*a,*a,*a,*a,*a,*a", "[", "]")]
    [InlineData("p: *a, q: *a, r: *a, s: *a, t: *a", "{", "}")]
    public void Alias_bomb_is_refused_before_it_grows(string aliases, string open, string close)
    {
        var names = Enumerable.Range(0, 20)
            .Select(index => $"- &{(char)('b' + index)} {open}{aliases.Replace("*a", $"*{(char)('a' + index)}", StringComparison.Ordinal)}{close}");
        var text = "- &a [1, 2, 3, 4, 5, 6, 7, 8, 9]\n" + string.Join('\n', names);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Null(SourceText.ReadYaml(text, out var diagnostics));

        Assert.Equal(DiagnosticCodes.TooLarge, Assert.Single(diagnostics).Code);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30_000_000);
    }

    [Fact]
    public void Merging_counts_members_that_it_does_not_insert()
    {
        var wide = "- &a {" + string.Join(", ", Enumerable.Range(0, 1000).Select(index => $"k{index}: 1")) + "}\n";

        Assert.NotNull(SourceText.ReadYaml(wide + "- {<<: *a}", out _));
        Assert.Null(SourceText.ReadYaml(wide + $"- {{<<: [{string.Join(", ", Enumerable.Repeat("*a", 200))}]}}", out var diagnostics));
        Assert.Equal(DiagnosticCodes.TooLarge, Assert.Single(diagnostics).Code);
    }

    private static readonly System.Text.Json.JsonSerializerOptions Plain = Workflows.Serialization.WorkflowJson.Compact;

    private static (int, int, string) Place(SourceNode node) => (node.Line, node.Column, node.Pointer);

    private static JsonNode Read(string yaml)
    {
        var root = SourceText.ReadYaml(yaml, out var diagnostics);
        Assert.True(root is not null && diagnostics.Count == 0, string.Join('\n', diagnostics));
        return root!.ToJson()!;
    }
}
