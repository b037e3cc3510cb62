using System.Reflection;
using System.Text.RegularExpressions;

namespace Orchestrator.LocalHost.Tests.Documentation;

/// <summary>docs/parity.md names tests that exist; docs/local-runtime.md shows code that runs.</summary>
public sealed partial class DocumentTests
{
    private const string Excuse = "not here, because ";

    private static readonly HashSet<string> Tests =
    [
        .. from type in typeof(DocumentTests).Assembly.GetTypes()
           from method in type.GetMethods()
           where method.IsDefined(typeof(FactAttribute), inherit: true)
           select $"{type.Name}.{method.Name}",
    ];

    [Fact]
    public void Every_behaviour_of_the_engine_has_tests_that_exist_or_a_reason_why_not()
    {
        var rows = Lines("parity.md").Where(line => line.StartsWith('|') && !line.StartsWith("|---", StringComparison.Ordinal))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray())
            .Where(row => row[0] != "behaviour")
            .ToList();
        Assert.All(rows, row => Assert.Equal(3, row.Length));
        Assert.All(rows, row =>
        {
            var named = Named().Matches(row[2]).Select(match => match.Groups[1].Value).ToList();
            Assert.True(named.Count > 0 || row[2].StartsWith(Excuse, StringComparison.Ordinal), $"'{row[0]}' has neither a test nor a reason.");
            Assert.All(named, test => Assert.True(Tests.Contains(test), $"'{row[0]}' names {test}, which does not exist."));
        });

        // As many as the SDK has of its own, and ours beside them.
        Assert.True(rows.Count(row => row[1].StartsWith('`')) >= 115, "Rows are missing.");
    }

    [Fact]
    public void Every_example_is_code_that_runs_in_a_test()
    {
        var source = Squeeze(string.Join('\n', Lines("ReminderTests.cs")));
        var examples = Fence().Matches(string.Join('\n', Lines("local-runtime.md"))).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(4, examples.Count);
        Assert.All(examples, example => Assert.Contains(Squeeze(example), source, StringComparison.Ordinal));
    }

    /// <summary>Without indentation and empty lines.</summary>
    private static string Squeeze(string code) =>
        string.Join('\n', code.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static string[] Lines(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n');
    }

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex Named();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}
