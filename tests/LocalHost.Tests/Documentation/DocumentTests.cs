using System.Reflection;
using System.Text.RegularExpressions;
using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Documentation;

/// <summary>docs/parity.md names tests that exist; docs/local-runtime.md shows code that runs.</summary>
public sealed partial class DocumentTests
{
    private const string Excuse = "not here, because ";

    /// <summary>By their sources: this assembly does not see the tests of <c>tests/Conformance</c>.</summary>
    private static readonly HashSet<string> Tests = [.. SourcesOf("tests/LocalHost.Tests").Concat(SourcesOf("tests/Conformance"))
        .SelectMany(NamesIn)];

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

    private static IEnumerable<string> SourcesOf(string folder) =>
        Directory.EnumerateFiles(RepositoryFolder.Combine(folder), "*Tests*.cs", SearchOption.AllDirectories);

    private static IEnumerable<string> NamesIn(string file)
    {
        var source = File.ReadAllText(file);
        var type = TestClass().Match(source);
        return type.Success ? TestMethod().Matches(source).Select(method => $"{type.Groups[1].Value}.{method.Groups[1].Value}") : [];
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

    [GeneratedRegex(@"^(?:public|internal) .*\bclass (\w+Tests)\b", RegexOptions.Multiline)]
    private static partial Regex TestClass();

    /// <summary>An attribute that makes a test, and the name of the first public method behind it.</summary>
    [GeneratedRegex(@"^    \[\w*(?:Fact|Theory)\b.*?\bpublic (?:async )?\w+ (\w+)\(", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex TestMethod();

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();
}
