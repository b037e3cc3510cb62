using System.Text;

namespace Orchestrator.Bench.Reporting;

/// <summary>Collects a report as Markdown, and prints progress on standard error. Not thread-safe, except for <see cref="Progress"/>.</summary>
internal sealed class MarkdownReport
{
    private readonly StringBuilder _text = new();

    public string Text => _text.ToString();

    public void Title(string title) => Block($"# {title}");

    public void Heading(string heading)
    {
        Progress(heading);
        Block($"## {heading}");
    }

    public void Paragraph(string text) => Block(text);

    public void Bullets(params IEnumerable<string> items) => Block(string.Join('\n', items.Select(item => $"* {item}")));

    public void Table(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = new List<string> { Row(header), Row([.. header.Select(_ => "---")]) };
        lines.AddRange(rows.Select(Row));
        Block(string.Join('\n', lines));
    }

    public static void Progress(string text) => Console.Error.WriteLine($"[load {Machine.Load()}] {text}");

    private static string Row(IReadOnlyList<string> cells) => $"| {string.Join(" | ", cells)} |";

    private void Block(string text) => _text.Append(text).Append("\n\n");
}
