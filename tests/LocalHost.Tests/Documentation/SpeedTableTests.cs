using Orchestrator.Testing;

namespace Orchestrator.LocalHost.Tests.Documentation;

/// <summary>The speeds in the README are those of the committed report.</summary>
public sealed class SpeedTableTests
{
    private const string Heading = "## How fast";

    [Fact]
    public void Rows_of_the_README_are_lines_of_the_report_that_it_names()
    {
        var section = Read("README.md").SkipWhile(line => line != Heading).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)).ToList();
        var report = Read("bench", "results", "issue-13-peers.md");
        Assert.Contains(section, line => line.Contains("bench/results/issue-13-peers.md", StringComparison.Ordinal));

        // The Functions host is not part of the benchmark: it was measured by hand.
        var rows = section.Where(line => line.StartsWith('|') && !line.StartsWith("| Functions host", StringComparison.Ordinal)).ToList();
        Assert.All(rows, row => Assert.Contains(row, report));
        string[] engines = ["LocalHost, files", "LocalHost, Azurite", "AzureStorage, Azurite", "InProcessTestHost"];
        Assert.All(engines, engine => Assert.Contains(rows, row => row.StartsWith($"| {engine} |", StringComparison.Ordinal)));
        Assert.Equal(rows.Count + 1, section.Count(line => line.StartsWith('|')));
    }

    private static string[] Read(params string[] path) => File.ReadAllLines(Path.Combine([RepositoryFolder.Path, .. path]));
}
