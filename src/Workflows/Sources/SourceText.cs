using System.Text;
using System.Text.Unicode;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Sources;

/// <summary>Reads text into <see cref="SourceNode"/>s, as JSON or as YAML. Which of the two it is, its content says, never a file name.</summary>
public static class SourceText
{
    /// <summary>
    /// Reads YAML. The places of the result and of the findings count in characters from the start of <paramref name="text"/>; line ends are LF or CRLF.
    /// </summary>
    /// <returns>The root; null when the text is empty or something is wrong with it, except names that stand twice, of which the first counts.</returns>
    public static SourceNode? ReadYaml(string text, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var bag = new DiagnosticBag();
        var root = YamlSource.Parse(text, bag);
        diagnostics = bag.Items;
        return root;
    }

    /// <summary>Reads JSON; comments and trailing commas are allowed.</summary>
    /// <returns>The root; null when the text is no JSON. Of names that stand twice, which is among the findings, the first counts.</returns>
    public static SourceNode? ReadJson(string text, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var bag = new DiagnosticBag();
        var root = JsonSource.Parse(Encoding.UTF8.GetBytes(text), bag);
        diagnostics = bag.Items;
        return root;
    }

    /// <summary>The root, or null when the text cannot be read; everything wrong with it goes to <paramref name="diagnostics"/>.</summary>
    internal static SourceNode? Parse(ReadOnlySpan<byte> utf8, DiagnosticBag diagnostics)
    {
        var bom = Encoding.UTF8.Preamble;
        if (utf8.StartsWith(bom))
        {
            utf8 = utf8[bom.Length..];
        }

        if (!Utf8.IsValid(utf8))
        {
            diagnostics.Error(DiagnosticCodes.InvalidText, 1, 1, "The text is not valid UTF-8.", "Save the file with the encoding UTF-8.");
            return null;
        }

        return IsJson(utf8) ? JsonSource.Parse(utf8, diagnostics) : YamlSource.Parse(Encoding.UTF8.GetString(utf8), diagnostics);
    }

    /// <summary>
    /// An object, a list or a comment with slashes begins the text. YAML can begin with a brace too, but its author means JSON, and is told
    /// what is wrong in JSON's words.
    /// </summary>
    private static bool IsJson(ReadOnlySpan<byte> utf8)
    {
        var text = utf8.TrimStart(" \t\r\n"u8);
        return !text.IsEmpty && text[0] is (byte)'{' or (byte)'[' or (byte)'/';
    }
}
