using System.Text.RegularExpressions;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests.Infrastructure;

/// <summary>Pages and comments name types, members, files and pages that exist, since these are renamed more often than pages are read.</summary>
public sealed partial class PageNamesTests
{
    /// <summary>The tool that CONTRIBUTING.md adds.</summary>
    private const string Example = "CountWordsTool";

    /// <summary>The names of tests of the SDK, which this page lists; DocumentTests checks the names of ours.</summary>
    private const string Parity = "docs/parity.md";

    /// <summary>Names in other programs: Azure, .NET, the Functions host, the SDK, and the code of a reader.</summary>
    private static readonly HashSet<string> Foreign =
    [
        Example, "DbProviderFactories", "GlobalStandard", "IdleTimeoutInSeconds", "MyActivity", "MyOrchestrator", "OrchestrationTags", "SecretUri",
        "TaskOrchestrationDispatcher",
    ];

    private static readonly Lazy<HashSet<string>> Words = new(() =>
    [
        .. from folder in (string[])["src", "tests", "bench"]
           from file in Directory.EnumerateFiles(RepositoryFolder.Combine(folder), "*.cs", SearchOption.AllDirectories)
           where !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
           from Match word in Word().Matches(File.ReadAllText(file))
           select word.Value,
        .. from file in Directory.EnumerateFiles(RepositoryFolder.Combine("eng"))
           where Path.GetExtension(file) is ".props" or ".targets"
           from Match word in Word().Matches(File.ReadAllText(file))
           select word.Value,
    ]);

    /// <summary>All but the decisions, which stay as they were written.</summary>
    public static TheoryData<string> Pages =>
    [
        "CONTRIBUTING.md", "README.md", "bench/README.md",
        .. Directory.GetFiles(RepositoryFolder.Combine("docs"), "*.md").Select(file => $"docs/{Path.GetFileName(file)}")
            .Order(StringComparer.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Names_in_code_are_words_of_the_sources(string page)
    {
        var names = Spans(page).SelectMany(span => Compound().Matches(span).Select(match => match.Value))
            .Where(name => page != Parity && !Foreign.Contains(name)).ToList();

        Assert.True(names.Count > 0 || page is not ("CONTRIBUTING.md" or "docs/architecture.md"), $"{page} names no code.");
        Assert.All(names, name => Assert.True(Words.Value.Contains(name), $"{page} names {name}, which no source file has."));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Paths_in_code_exist(string page)
    {
        var paths = Spans(page).SelectMany(span => FilePath().Matches(span).Select(match => match.Value))
            .Where(path => Path.GetFileNameWithoutExtension(path) != Example).ToList();

        Assert.True(paths.Count > 0 || page is not ("CONTRIBUTING.md" or "docs/architecture.md"), $"{page} names no path.");
        Assert.All(paths, path => Assert.True(Path.Exists(RepositoryFolder.Combine(path)), $"{page} names {path}, which does not exist."));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Pages_that_a_page_names_exist(string page) => Exist(page, File.ReadAllText(RepositoryFolder.Combine(page)));

    [Fact]
    public void Pages_that_comments_name_exist() => Assert.All(
        from folder in (string[])["src", "tests", "bench"]
        from file in Directory.EnumerateFiles(RepositoryFolder.Combine(folder), "*.cs", SearchOption.AllDirectories)
        where !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
        select file,
        file => Exist(file, string.Join('\n', File.ReadLines(file).Where(line => line.TrimStart().StartsWith("//", StringComparison.Ordinal)))));

    private static void Exist(string place, string text)
    {
        Assert.All(
            PageName().Matches(text).Select(match => match.Value),
            page => Assert.True(File.Exists(RepositoryFolder.Combine(page)), $"{place} names {page}, which does not exist."));
        Assert.True(!text.Contains('\u00A7', StringComparison.Ordinal), $"{place} names a section by its number; no page has such numbers.");
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

    /// <summary>A page by its path, or by a name in capitals, as pages at the root have.</summary>
    [GeneratedRegex(@"(?<![\w./-])(?:(?:docs|bench|tests)/[\w./-]+\.md|[A-Z][A-Za-z]*\.md)\b")]
    private static partial Regex PageName();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Span();

    [GeneratedRegex("^ *```.*?^ *```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Block();
}
