using System.Text.RegularExpressions;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests.Infrastructure;

/// <summary>Pages for developers name types, members and files that exist, since these are renamed more often than pages are read.</summary>
public sealed partial class PageNamesTests
{
    /// <summary>The tool that CONTRIBUTING.md adds.</summary>
    private const string Example = "CountWordsTool";

    private static readonly Lazy<HashSet<string>> Words = new(() =>
    [
        .. from folder in (string[])["src", "tests", "bench"]
           from file in Directory.EnumerateFiles(RepositoryFolder.Combine(folder), "*.cs", SearchOption.AllDirectories)
           where !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
           from Match word in Word().Matches(File.ReadAllText(file))
           select word.Value,
    ]);

    [Theory]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("docs/architecture.md")]
    public void Names_in_code_are_words_of_the_sources(string page)
    {
        var names = Spans(page).SelectMany(span => Compound().Matches(span).Select(match => match.Value)).Where(name => name != Example).ToList();

        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.True(Words.Value.Contains(name), $"{page} names {name}, which no source file has."));
    }

    [Theory]
    [InlineData("CONTRIBUTING.md")]
    [InlineData("docs/architecture.md")]
    public void Paths_in_code_exist(string page)
    {
        var paths = Spans(page).SelectMany(span => FilePath().Matches(span).Select(match => match.Value))
            .Where(path => Path.GetFileNameWithoutExtension(path) != Example).ToList();

        Assert.NotEmpty(paths);
        Assert.All(paths, path => Assert.True(Path.Exists(RepositoryFolder.Combine(path)), $"{page} names {path}, which does not exist."));
    }

    /// <summary>The inline code of a page, without its blocks of code.</summary>
    private static IEnumerable<string> Spans(string page) =>
        Span().Matches(Block().Replace(File.ReadAllText(RepositoryFolder.Combine(page)), "")).Select(match => match.Groups[1].Value);

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    /// <summary>A name of at least two words: a single one may be plain English or a setting's value.</summary>
    [GeneratedRegex(@"(?<![\w/.-])[A-Z][a-z]+(?:[A-Z][a-z]+)+\b(?![/-])")]
    private static partial Regex Compound();

    [GeneratedRegex(@"^(?:src|tests|bench|docs|eng)/[\w./]+$")]
    private static partial Regex FilePath();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Span();

    [GeneratedRegex("^ *```.*?^ *```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
