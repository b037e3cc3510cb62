using System.Text;
using System.Text.Unicode;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Sources;

/// <summary>
/// Parses JSON and YAML into <see cref="SourceNode"/>s. The content, never a file name, decides which of the two a text is. Thread-safe.
/// </summary>
public static class SourceText
{
    /// <summary>
    /// Parses YAML. Lines and columns of the result and the diagnostics count from the start of <paramref name="text"/>; lines end with LF or CRLF.
    /// </summary>
    /// <returns>The root; null when the text is empty or invalid. A duplicate name is reported, but does not make the text invalid; its first value
    /// counts.</returns>
    public static SourceNode? ReadYaml(string text, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var bag = new DiagnosticBag();
        var root = YamlSource.Parse(text, bag);
        diagnostics = bag.Items;
        return root;
    }

    /// <summary>Parses JSON; comments and trailing commas are allowed.</summary>
    /// <returns>The root; null when the text is not JSON. A duplicate name is reported, but its first value counts.</returns>
    public static SourceNode? ReadJson(string text, out IReadOnlyList<Diagnostic> diagnostics)
    {
        var bag = new DiagnosticBag();
        var root = JsonSource.Parse(Encoding.UTF8.GetBytes(text), bag);
        diagnostics = bag.Items;
        return root;
    }

    /// <summary>Parses JSON or YAML.</summary>
    /// <returns>The root; null when the text is invalid. All errors are added to <paramref name="diagnostics"/>.</returns>
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
    /// Whether the text begins like a JSON object, list or comment. YAML may begin with a brace, too, but an author who begins so means JSON, and the
    /// errors of the JSON parser are the helpful ones.
    /// </summary>
    private static bool IsJson(ReadOnlySpan<byte> utf8)
    {
        var text = utf8.TrimStart(" \t\r\n"u8);
        return !text.IsEmpty && text[0] is (byte)'{' or (byte)'[' or (byte)'/';
    }
}
