using System.Globalization;
using System.Text;

namespace Orchestrator.Workflows.Diagnostics;

/// <summary>Finds the known name that an author probably meant by an unknown one. Thread-safe.</summary>
public static class Suggestion
{
    private const char FirstJamo = '\u1100';
    private const char LastJamo = '\u11FF';
    private const char FirstGreek = '\u0370';
    private const char LastCyrillic = '\u052F';

    /// <summary>
    /// "Did you mean …?" for the most similar candidate by edit distance, without regard to letter case, and how the two differ if they look the
    /// same; null when none is similar: at most a third of the letters may differ, and not all of them.
    /// </summary>
    public static string? For(string written, IEnumerable<string> candidates)
    {
        var work = long.MaxValue;
        return For(written, candidates, ref work);
    }

    /// <summary>
    /// The suggestion of <see cref="For(string, IEnumerable{string})"/>, or else the sentence "There are …." with all candidates.
    /// </summary>
    public static string ForOrAll(string written, IReadOnlyCollection<string> candidates) => For(written, candidates) ?? All(candidates);

    /// <summary>The message and, after a space, the suggestion; the message alone when the suggestion is null.</summary>
    public static string Append(string message, string? suggestion) => suggestion is null ? message : $"{message} {suggestion}";

    /// <summary>The sentence "There are …." with all names.</summary>
    internal static string All(IEnumerable<string> names) => $"There are {string.Join(", ", names)}.";

    /// <param name="work">Remaining number of letter comparisons, from which those made here are subtracted. Null when they do not suffice.</param>
    internal static string? For(string written, IEnumerable<string> candidates, ref long work)
    {
        var nearest = Nearest(written, candidates, ref work);
        return nearest is null || work < 0 ? null : $"Did you mean '{nearest}'?{Difference(written, nearest)}";
    }

    /// <summary>Whether the edit distance of the two is at most 2, without regard to letter case.</summary>
    public static bool IsClose(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var work = long.MaxValue;
        return Math.Abs(left.Length - right.Length) <= 2 && Distance(left, right, limit: 3, ref work) <= 2;
    }

    /// <summary>
    /// Whether the edit distance of the two is at most 1: one letter is wrong, missing or too many, or two neighbours are swapped. False for names
    /// that differ only in digits (<c>eu-1</c>, <c>eu-2</c>): those are different on purpose.
    /// </summary>
    public static bool IsSlip(string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var work = long.MaxValue;
        return Math.Abs(left.Length - right.Length) <= 1 && Distance(left, right, limit: 2, ref work) <= 1
            && !WithoutDigits(left).Equals(WithoutDigits(right), StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// After a space, how two names differ that look the same: in combining or invisible characters, or in a letter of another alphabet. Empty for
    /// names that a reader can tell apart.
    /// </summary>
    private static string Difference(string written, string nearest)
    {
        var start = written.AsSpan().CommonPrefixLength(nearest);
        var (left, right) = (written[start..], nearest[start..]);
        var end = 0;
        while (end < Math.Min(left.Length, right.Length) && left[^(end + 1)] == right[^(end + 1)])
        {
            end++;
        }

        (left, right) = (left[..^end], right[..^end]);
        var looksSame = left.Concat(right).Any(IsHardToSee)
            || (left.Length == right.Length && left.Zip(right).Any(pair => AreAlike(pair.First, pair.Second) || AreAlike(pair.Second, pair.First)));
        return looksSame ? $" That has {CodePoints(right)} where this has {CodePoints(left)}." : "";
    }

    private static bool IsHardToSee(char character) =>
        character is >= FirstJamo and <= LastJamo
        || (!char.IsAscii(character) && char.GetUnicodeCategory(character)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.SpaceSeparator);

    private static bool AreAlike(char letter, char other) => char.IsAsciiLetter(letter) && other is >= FirstGreek and <= LastCyrillic;

    private static string CodePoints(string text) =>
        text.Length == 0 ? "nothing" : string.Join(' ', text.EnumerateRunes().Select(character => $"U+{character.Value:X4}"));

    private static string WithoutDigits(string name) => string.Concat(name.Where(letter => !char.IsAsciiDigit(letter)));

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

            // A combining character is a part of the letter before it: ö may be one character or two.
            var combining = Math.Abs(CombiningCharacters(candidate) - CombiningCharacters(written));
            if (Math.Abs(candidate.Length - written.Length) < limit + combining
                && Math.Max(0, Distance(written, candidate, limit + combining, ref work) - combining) is var distance
                && distance < limit
                && distance < Math.Min(written.Length, candidate.Length))
            {
                (best, limit) = (candidate, distance);
            }
        }

        return best;
    }

    private static int CombiningCharacters(string name) =>
        Ascii.IsValid(name) ? 0 : name.Count(character => char.GetUnicodeCategory(character) == UnicodeCategory.NonSpacingMark);

    /// <summary>Damerau-Levenshtein distance (optimal string alignment) without regard to letter case, capped at <paramref name="limit"/>.</summary>
    private static int Distance(string left, string right, int limit, ref long work)
    {
        // Three rows of the table suffice. A name is compared with all others of a document, so they are kept off the heap.
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

            // No value of a later row is below the minimum of the two rows before it.
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

/// <summary>
/// The <see cref="Suggestion"/>s for one document or request, with a bound on their total time: every unknown name is compared with all known
/// names, and ten thousand unknown names would take minutes. Not thread-safe.
/// </summary>
public sealed class Suggestions
{
    /// <summary>Remaining number of letter comparisons; initially about a tenth of a second.</summary>
    private long _left = 10_000_000;

    /// <summary>"Did you mean …?" for the most similar candidate; null when none is similar, or the bound is reached.</summary>
    public string? For(string written, IEnumerable<string> candidates) => _left > 0 ? Suggestion.For(written, candidates, ref _left) : null;

    /// <summary>The same, or else the sentence "There are …." with all candidates.</summary>
    public string ForOrAll(string written, IReadOnlyCollection<string> candidates) => For(written, candidates) ?? Suggestion.All(candidates);
}
