using System.Text;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>Generates texts of all kinds of characters, mostly those that YAML or JSON has to escape.</summary>
internal sealed class TextSource(Random random)
{
    private static readonly string[] Pieces =
    [
        "a", "word", "Two words", "é", "日本", "😀", " ", "  ", "\t", "\n", "\n\n", "\r", "\r\n", "\n ", " \n", "\n\t", "\n  deeper\n", "\u0085",
        "\u2028", "\u2029", "\u00A0", "\u3000", "\uFEFF", "\uFFFE", "\uFFFF", "\uFDD0", "\uFDD1", "\0", "\u0007",
        "\u001B", "\u007F", "\u009F", "yes", "No", "off", "y", "true", "False", "NULL", "null", "~", "0", "1.0", "007", "0x1F", "0o7", "1e3", "+1",
        "-1", ".5", ".inf", "-.INF", ".nan", "1_000", "12:30", "2024-01-01", "-", "- a", "a: b", "a:",
        ": ", ":", " #", "#", "{{x}}", "{", "}", "[a]", "[", "]", ",", "'", "\"", "\\", "\\n", "|", "|2-", ">", "%", "@", "`", "&a", "*a", "!!str",
        "!", "<<", "=", "?", "? ", "---", "\n---\n", "...", "\n...\n", "//", "/*", "$schema", "\n# no comment\n",
    ];

    private static readonly string Long = string.Concat(Enumerable.Repeat("long ", 220));

    public string Next()
    {
        var text = new StringBuilder();
        for (var left = random.Next(6); left > 0; left--)
        {
            _ = random.Next(12) switch
            {
                0 => text.Append(Rune()),
                1 when random.Next(20) == 0 => text.Append(Long),
                2 => text.Append("line one\nline two"),
                _ => text.Append(Pieces[random.Next(Pieces.Length)]),
            };
        }

        return text.ToString();
    }

    private string Rune()
    {
        var code = random.Next(0x11_0000 - 0x800);
        return new Rune(code < 0xD800 ? code : code + 0x800).ToString();
    }
}
