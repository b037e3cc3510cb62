using System.Text.RegularExpressions;
using System.Xml.Linq;
using Orchestrator.Testing;

namespace Orchestrator.Functions.Tests.Infrastructure;

/// <summary>docs/architecture.md says which project references which, and which folder of a project uses which: one way only.</summary>
public sealed partial class FolderTests
{
    private const string Root = "(root)";

    /// <summary>Folders of test projects for what belongs to no folder of src.</summary>
    private static readonly string[] TestFolders = ["CrashSweep", "Documentation", "Goldens", "Infrastructure", "Schemas", "Trust"];

    private static readonly string[] Lines = File.ReadAllLines(RepositoryFolder.Combine("docs/architecture.md"));

    private static readonly List<string> Described =
    [
        .. Lines.Select(line => Heading().Match(line)).Where(match => match.Success).Select(match => match.Groups[1].Value)
            .Order(StringComparer.Ordinal),
    ];

    public static TheoryData<string> Projects => [.. Described];

    [Fact]
    public void Every_project_of_src_is_described() => Assert.Equal(
        Directory.GetDirectories(RepositoryFolder.Combine("src"))
            .Where(folder => Directory.GetFiles(folder, "*.csproj").Length > 0)
            .Select(folder => Path.GetFileName(folder))
            .Order(StringComparer.Ordinal),
        Described);

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_use_what_the_table_says_and_no_more(string project)
    {
        var actual = Arrows(project);
        var written = Rows(project).ToDictionary(row => row[0].Trim('`'), row => Names(row[2]), StringComparer.Ordinal);

        Assert.Equal(actual.Select(Describe), written.OrderBy(row => row.Key, StringComparer.Ordinal).Select(Describe));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_depend_on_each_other_one_way(string project)
    {
        var arrows = Arrows(project);
        var open = arrows.Keys.ToHashSet(StringComparer.Ordinal);
        while (open.FirstOrDefault(folder => !arrows[folder].Overlaps(open)) is { } leaf)
        {
            open.Remove(leaf);
        }

        Assert.Empty(open);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Namespaces_are_folders(string project)
    {
        var space = Space(project);
        Assert.All(Sources(project), file =>
        {
            var folder = Path.GetDirectoryName(Path.GetRelativePath(Folder(project), file))!;
            var written = Namespace().Match(File.ReadAllText(file));
            Assert.Equal(folder.Length == 0 ? space : $"{space}.{folder.Replace('/', '.')}", written.Success ? written.Groups[1].Value : space);
        });
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Projects_reference_what_the_table_says(string project)
    {
        var actual = XDocument.Load(Directory.GetFiles(Folder(project), "*.csproj").Single()).Descendants("ProjectReference")
            .Select(reference => reference.Attribute("Include")!.Value.Split('/')[^2]);
        var row = Lines.Where(line => line.StartsWith($"| `src/{project}` |", StringComparison.Ordinal)).Select(Cells).Single();
        Assert.Equal(actual.Order(StringComparer.Ordinal), Names(row[2]));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Tests_mirror_src(string project)
    {
        var tests = RepositoryFolder.Combine($"tests/{project.Replace("Orchestrator.", "", StringComparison.Ordinal)}.Tests");
        var folders = Directory.EnumerateFiles(tests, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(Path.GetRelativePath(tests, file))!)
            .Where(folder => !TestFolders.Concat(["bin", "obj"]).Contains(folder.Split('/')[0]));
        Assert.All(
            folders.Distinct(),
            folder => Assert.True(Directory.Exists(Path.Combine(Folder(project), folder)), $"src/{project} has no folder {folder}."));
    }

    [Fact]
    public void Files_that_the_page_names_exist()
    {
        var links = Link().Matches(string.Join('\n', Lines));

        Assert.NotEmpty(links);
        Assert.All(links, link => Assert.True(File.Exists(RepositoryFolder.Combine(link.Groups[1].Value)), $"{link.Value} leads nowhere."));
    }

    private static string Describe(KeyValuePair<string, SortedSet<string>> row) => $"{row.Key}: {string.Join(", ", row.Value)}";

    /// <summary>The top folders of a project and the others that each uses: by a using, a qualified name, or as the enclosing namespace.</summary>
    private static SortedDictionary<string, SortedSet<string>> Arrows(string project)
    {
        var space = Space(project);
        var files = Sources(project).Select(file => (Top: Top(project, file), Text: Comments().Replace(File.ReadAllText(file), ""))).ToList();
        var types = files.GroupBy(file => file.Top).ToDictionary(
            group => group.Key,
            group => group.SelectMany(file => TypeName().Matches(file.Text).Select(match => match.Groups[1].Value)).ToHashSet(),
            StringComparer.Ordinal);
        var arrows = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var (top, text) in files)
        {
            var used = arrows.TryGetValue(top, out var known) ? known : arrows[top] = new SortedSet<string>(StringComparer.Ordinal);
            used.UnionWith(Using().Matches(text).Select(match => match.Groups[1].Value)
                .Where(name => name.StartsWith(space + ".", StringComparison.Ordinal))
                .Select(name => name[(space.Length + 1)..].Split('.')[0]));
            used.UnionWith(Qualified().Matches(text)
                .Where(match => types.TryGetValue(match.Groups[1].Value, out var there) && there.Contains(match.Groups[2].Value))
                .Select(match => match.Groups[1].Value));
            if (types.TryGetValue(Root, out var roots) && Word().Matches(text).Any(match => roots.Contains(match.Value)))
            {
                used.Add(Root);
            }

            used.Remove(top);
        }

        return arrows;
    }

    /// <summary>All but the entry point, which may use everything and which nothing uses.</summary>
    private static IEnumerable<string> Sources(string project) => Directory.EnumerateFiles(Folder(project), "*.cs", SearchOption.AllDirectories)
        .Where(file => Path.GetRelativePath(Folder(project), file).Split('/')[0] is not ("bin" or "obj" or "Program.cs"));

    private static string Top(string project, string file) => Path.GetRelativePath(Folder(project), file).Split('/') is [var top, _, ..] ? top : Root;

    private static string Folder(string project) => RepositoryFolder.Combine($"src/{project}");

    private static string Space(string project) =>
        project.StartsWith("Orchestrator.", StringComparison.Ordinal) ? project : $"Orchestrator.{project}";

    /// <summary>The rows of the table below the project's heading.</summary>
    private static IEnumerable<string[]> Rows(string project) => Lines
        .SkipWhile(line => !(Heading().Match(line) is { Success: true } match && match.Groups[1].Value == project)).Skip(1)
        .TakeWhile(line => !line.StartsWith('#')).Where(line => line.StartsWith('|')).Skip(2).Select(Cells);

    private static string[] Cells(string line) => [.. line.Trim('|').Split('|').Select(cell => cell.Trim())];

    private static SortedSet<string> Names(string cell) => new(
        cell.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(name => name != "–"),
        StringComparer.Ordinal);

    [GeneratedRegex(@"^### `src/([\w.]+)`")]
    private static partial Regex Heading();

    [GeneratedRegex(@"\]\(\.\./([\w./]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^using (?:static |\w+ = )?([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Using();

    [GeneratedRegex(@"(?<![\w.])(?:\w+\.)*?(\w+)\.(?:\w+\.)*?([A-Z]\w+)")]
    private static partial Regex Qualified();

    [GeneratedRegex(@"\b[A-Z]\w+")]
    private static partial Regex Word();

    [GeneratedRegex(
        @"^(?:public |internal |sealed |static |abstract |partial |readonly |file )*(?:class|record struct|record|struct|interface|enum) (\w+)",
        RegexOptions.Multiline)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"//[^\n]*|""(?:\\.|[^""\\\n])*""")]
    private static partial Regex Comments();
}
