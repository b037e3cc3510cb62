namespace Orchestrator.Workflows.Expressions;

/// <summary>Searches a text in linear time (Knuth, Morris, Pratt), since the library's search is quadratic for hostile values.</summary>
internal static class TextSearch
{
    // Up to this length the library's search is fast for all texts.
    private const int ShortPart = 64;

    public static bool Contains(string text, string part)
    {
        if (part.Length <= ShortPart)
        {
            return text.Contains(part, StringComparison.Ordinal);
        }

        if (part.Length > text.Length)
        {
            return false;
        }

        var (borders, matched) = (Borders(part), 0);
        foreach (var character in text)
        {
            matched = Extend(part, borders, matched, character);
            if (matched == part.Length)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>By the length of a prefix, the length of its longest proper prefix that is also its suffix.</summary>
    private static int[] Borders(string part)
    {
        var borders = new int[part.Length + 1];
        for (var length = 2; length <= part.Length; length++)
        {
            borders[length] = Extend(part, borders, borders[length - 1], part[length - 1]);
        }

        return borders;
    }

    private static int Extend(string part, int[] borders, int matched, char character)
    {
        while (matched > 0 && part[matched] != character)
        {
            matched = borders[matched];
        }

        return part[matched] == character ? matched + 1 : 0;
    }
}
