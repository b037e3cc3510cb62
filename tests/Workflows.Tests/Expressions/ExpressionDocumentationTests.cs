using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Tests.Expressions;

/// <summary>The examples of docs/expressions.md give the results that it says.</summary>
public sealed partial class ExpressionDocumentationTests
{
    private static readonly string Page = ReadPage();
    private static readonly List<string[]> Rows =
        [.. Page.Split('\n').Where(line => line.StartsWith('|') && !line.StartsWith("|--", StringComparison.Ordinal)).Select(Cells)];

    public static TheoryData<string, string> Values => Table(4, row => (Code(row[2]), Code(row[3])));

    public static TheoryData<string, string> Errors => Table(2, row => (Code(row[0]), row[1]));

    private static JsonObject Given => JsonNode.Parse(Fence().Match(Page).Groups[1].Value)!.AsObject();

    [Theory, MemberData(nameof(Values))]
    public void Example_of_the_page_gives_the_value_beside_it(string expression, string value)
    {
        var actual = Expressions.Value(expression, Given);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(value), actual), $"{expression} is {actual?.ToJsonString()}");
    }

    [Theory, MemberData(nameof(Errors))]
    public void Example_of_the_page_gives_the_error_beside_it(string expression, string error) =>
        Assert.Equal(error, Expressions.Error(expression, Given).ToString());

    [Fact]
    public void Page_lists_every_operator_and_function()
    {
        var listed = Rows.SelectMany(row => Code(row[0]).Split(' ')).ToHashSet();
        Assert.Subset(listed, new HashSet<string>(Workflows.Expressions.ExpressionFunctions.All.Keys));
        Assert.Subset(listed, new HashSet<string>("? : || && == != < <= > >= in + - * / % !".Split(' ')));
        Assert.Equal((11 + 9 + 16, 8), (Values.Count, Errors.Count));
    }

    private static TheoryData<string, string> Table(int columns, Func<string[], (string Example, string Outcome)> read)
    {
        var table = new TheoryData<string, string>();
        foreach (var (example, outcome) in Rows.Where(row => row.Length == columns).Select(read).Where(row => row.Example != "example"))
        {
            table.Add(example, outcome);
        }

        return table;
    }

    private static string[] Cells(string line) =>
        [.. Bar().Split(line.Trim().Trim('|')).Select(cell => cell.Trim().Replace("\\|", "|", StringComparison.Ordinal))];

    private static string Code(string cell) => cell.Trim('`');

    private static string ReadPage()
    {
        using var stream = typeof(ExpressionDocumentationTests).Assembly.GetManifestResourceStream("expressions.md")!;
        return new StreamReader(stream).ReadToEnd();
    }

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}
