namespace Orchestrator.Workflows.Diagnostics;

/// <summary>Finds the name that the author probably meant.</summary>
public static class Suggestion
{
    /// <summary>"Did you mean …?" for the nearest candidate, or null when none is near: at most a third of the letters differ, and never all.</summary>
    public static string? For(string written, IEnumerable<string> candidates)
    {
        var work = long.MaxValue;
        return For(written, candidates, ref work);
    }

    /// <param name="work">How many pairs of letters may be compared; what was compared is taken away. Null when that does not suffice.</param>
    internal static string? For(string written, IEnumerable<string> candidates, ref long work)
    {
        var nearest = Nearest(written, candidates, ref work);
        return nearest is null || work < 0 ? null : $"Did you mean '{nearest}'?";
    }

    /// <summary>Whether the two differ in two letters at the most, letter case aside.</summary>
    public static bool IsClose(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var work = long.MaxValue;
        return Math.Abs(left.Length - right.Length) <= 2 && Distance(left, right, limit: 3, ref work) <= 2;
    }

    /// <summary>
    /// Whether one letter of the two is wrong, missing or too many, or two neighbours are swapped. Names that differ in digits alone (<c>eu-1</c>, <c>eu-2</c>) are
    /// different on purpose.
    /// </summary>
    public static bool IsSlip(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var work = long.MaxValue;
        return Math.Abs(left.Length - right.Length) <= 1 && Distance(left, right, limit: 2, ref work) <= 1
            && !string.Concat(left.Where(letter => !char.IsAsciiDigit(letter))).Equals(string.Concat(right.Where(letter => !char.IsAsciiDigit(letter))), StringComparison.OrdinalIgnoreCase);
    }

    private static string? Nearest(string written, IEnumerable<string> candidates, ref long work)
    {
        string? best = null;
        var limit = Math.Max(1, written.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            if (--work < 0)
            {
                return null;
            }

            if (Math.Abs(candidate.Length - written.Length) < limit && Distance(written, candidate, limit, ref work) is var distance && distance < limit && distance < Math.Min(written.Length, candidate.Length))
            {
                (best, limit) = (candidate, distance);
            }
        }

        return best;
    }

    /// <summary>Edits between the two, letter case aside, with neighbours swapped counting as one; <paramref name="limit"/> at the most.</summary>
    private static int Distance(string left, string right, int limit, ref long work)
    {
        // Names are compared with all others of a document, so three rows serve for all letters.
        var width = right.Length + 1;
        Span<int> rows = width <= 128 ? stackalloc int[3 * width] : new int[3 * width];
        var beforeLast = rows[..width];
        var last = rows[width..(2 * width)];
        var current = rows[(2 * width)..];
        for (var column = 0; column < width; column++)
        {
            last[column] = column;
        }

        for (var row = 1; row <= left.Length; row++)
        {
            work -= width;
            current[0] = row;
            var least = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var same = Same(left[row - 1], right[column - 1]);
                current[column] = Math.Min(Math.Min(last[column], current[column - 1]) + 1, last[column - 1] + (same ? 0 : 1));
                if (row > 1 && column > 1 && Same(left[row - 1], right[column - 2]) && Same(left[row - 2], right[column - 1]))
                {
                    current[column] = Math.Min(current[column], beforeLast[column - 2] + 1);
                }

                least = Math.Min(least, current[column]);
            }

            // A later row is never less than the least of the two before it.
            if (least > limit)
            {
                return limit;
            }

            var free = beforeLast;
            beforeLast = last;
            last = current;
            current = free;
        }

        return Math.Min(last[right.Length], limit);
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
