using System.Globalization;

namespace Orchestrator.EndToEnd.Telemetry;

/// <summary>A trace as text: a line for each span, below its parent, in the order in which they began.</summary>
internal static class SpanTree
{
    public static IEnumerable<string> Lines(IReadOnlyList<OtlpSpan> spans, string parent = "", int depth = 0)
    {
        foreach (var span in spans.Where(span => span.Parent == parent).OrderBy(span => span.Start).ThenBy(span => span.Name, StringComparer.Ordinal))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"{(new string(' ', depth * 2) + span.Name),-44}{span.Milliseconds,8:0} ms{Tokens(span)}");
            foreach (var line in Lines(spans, span.Id, depth + 1))
            {
                yield return line;
            }
        }
    }

    /// <summary>Each line of such a text with the names above it, without times: the tree whatever the order in which parallel spans began.</summary>
    public static IEnumerable<string> Paths(IEnumerable<string> lines)
    {
        var path = new List<string>();
        foreach (var line in lines)
        {
            var depth = (line.Length - line.TrimStart().Length) / 2;
            path.RemoveRange(depth, path.Count - depth);
            path.Add(line.Trim().Split("  ")[0]);
            yield return string.Join(" > ", path);
        }
    }

    private static string Tokens(OtlpSpan span) => span.Attribute("gen_ai.usage.input_tokens") is { } input
        ? $"   {input} → {span.Attribute("gen_ai.usage.output_tokens")} tokens" : "";
}
