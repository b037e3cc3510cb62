using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Orchestrator.Workflows.Compilation;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Formats;

namespace Orchestrator.Workflows.Tests.Diagnostics;

/// <summary>docs/diagnostics.md: every code has a section, and the example of each section gives its code.</summary>
public partial class DiagnosticsDocumentTests
{
    /// <summary>Codes whose example would be too long for a document.</summary>
    private static readonly string[] WithoutExample = [DiagnosticCodes.TooLarge, DiagnosticCodes.ManySteps];

    private static readonly IReadOnlyList<KnownTool> Tools =
    [
        new("http_request", []) { CheckInput = input => input.ContainsKey("url") ? [] : [("", "'url' is missing.", null)] },
    ];

    private static readonly string Document = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "diagnostics.md")).ReplaceLineEndings("\n");

    [Fact]
    public void Every_code_has_a_section_and_every_section_a_code()
    {
        var codes = typeof(DiagnosticCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (string)field.GetRawConstantValue()!);

        Assert.Equal(codes.Order(), Sections().Select(section => section.Code).Order());
    }

    [Fact]
    public void Example_of_a_section_gives_its_code_and_at_most_one_error()
    {
        foreach (var (code, example) in Sections().Where(section => !WithoutExample.Contains(section.Code)))
        {
            Assert.True(example is not null, $"'{code}' has no example.");
            var findings = WorkflowReader.Read(Encoding.UTF8.GetBytes(example), Tools).Diagnostics;
            Assert.True(findings.Any(finding => finding.Code == code), $"The example of '{code}' gives {string.Join(", ", findings)}.");
            Assert.True(
                findings.Count(finding => finding.Severity == DiagnosticSeverity.Error) <= 1,
                $"The example of '{code}' gives {string.Join(", ", findings)}.");
        }
    }

    private static IEnumerable<(string Code, string? Example)> Sections() => SectionPattern().Matches(Document)
        .Select(match => (match.Groups["code"].Value, match.Groups["example"].Success ? match.Groups["example"].Value : null));

    [GeneratedRegex(@"^### (?<code>[a-z-]+)\n\n[^\n]+\n(?:\n```yaml\n(?<example>.*?)```\n)?", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex SectionPattern();
}
