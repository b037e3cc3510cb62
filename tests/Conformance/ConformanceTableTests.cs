using System.Reflection;
using Orchestrator.Conformance.Apps;
using Orchestrator.Conformance.Engines;
using Orchestrator.Testing;
using Xunit.Abstractions;

namespace Orchestrator.Conformance;

/// <summary>The table of behaviours and engines, printed, and as it stands in docs/conformance.md.</summary>
public sealed class ConformanceTableTests(ITestOutputHelper output)
{
    /// <summary>The columns: what a test class is given says which engine it runs on.</summary>
    private static readonly (string Name, Type[] Fixtures)[] Columns =
    [
        (new LocalEngine().Name, [typeof(LocalEngine), typeof(LocalApp)]),
        (new InProcessEngine().Name, [typeof(InProcessEngine), typeof(InMemoryApp)]),
        (new AzureStorageEngine().Name, [typeof(AzureStorageEngine), typeof(AzureStorageApp)]),
        ("the published app", [typeof(PublishedApp)]),
    ];

    [Fact]
    public void Table_in_the_docs_is_what_the_tests_run()
    {
        var table = Lines().ToList();
        output.WriteLine(string.Join('\n', table));
        var written = File.ReadLines(RepositoryFolder.Combine("docs/conformance.md")).Where(line => line.StartsWith('|'));
        Assert.Equal(table, written);
    }

    private static IEnumerable<string> Lines()
    {
        yield return $"| behaviour | {string.Join(" | ", Columns.Select(column => column.Name))} |";
        yield return $"|---|{string.Concat(Columns.Select(_ => "---|"))}";
        var types = typeof(ConformanceTableTests).Assembly.GetTypes();
        foreach (var suite in new[] { typeof(AppTests), typeof(EngineTests), typeof(RetryTests), typeof(ChildTests) })
        {
            var tested = types.Where(type => type.BaseType == suite).Select(type => type.GetConstructors().Single().GetParameters()[0].ParameterType)
                .ToHashSet();
            foreach (var behaviour in suite.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(method => method.IsDefined(typeof(FactAttribute))).Select(method => method.Name).Order(StringComparer.Ordinal))
            {
                yield return $"| {behaviour.Replace('_', ' ')} " +
                    $"| {string.Join(" | ", Columns.Select(column => tested.Overlaps(column.Fixtures) ? "yes" : "–"))} |";
            }
        }
    }
}
