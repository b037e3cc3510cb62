using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Orchestrator.Activities.Models.Simulated;

/// <summary>Composes generic feedback that depends on the prompt only. Thread-safe.</summary>
internal static partial class SimulatedText
{
    private const int SentencesPerParagraph = 4;
    private const int MostKeywords = 12;

    /// <summary>The most words of an opening, with a topic of six words.</summary>
    private const int LongestOpening = 30;

    private static readonly string[] Openings =
    [
        "Overall this is a solid response to “{0}”, with a clear line of thought and some room to grow.",
        "On “{0}” the response makes a good first impression and keeps it for most of the way.",
        "Read against “{0}”, the response does the important things right and leaves a few open.",
        "This takes “{0}” seriously and it shows, although not every point is carried through to the end.",
    ];

    private static readonly string[] Sentences =
    [
        "The part about {1} is the strongest, because it says what was done and why.",
        "What is said about {1} would gain from one concrete example with a result.",
        "A listener can follow the reasoning without effort.",
        "Naming the trade-off between {1} and {2} would show more judgement.",
        "The structure is visible: first the situation, then the choice, then the outcome.",
        "One assumption stays unspoken, and it is the one that decides the matter.",
        "Consider leading with the conclusion and supporting it afterwards.",
        "The point on {2} arrives late and deserves a place nearer the beginning.",
        "Numbers, even rough ones, would make the claim easier to believe.",
        "The tone is confident and stays friendly.",
        "It asks the right question about {1} before offering a solution.",
        "A short summary at the end would help the main idea stay in mind.",
        "The link between {2} and the goal is plausible but not yet shown.",
        "Risks are mentioned, yet nothing is said about how to notice them early.",
        "The language is plain, which suits the subject.",
        "Next time, pause before {1} and say which options were left out.",
        "The level of detail is right for the first half and too high for the second.",
        "Nothing essential is missing, but the order could carry more of the weight.",
        "This shows practice.",
        "The example works well.",
        "More precision on {2} would be welcome.",
        "It is easy to agree with.",
    ];

    // One for each number of words that can remain when no unused sentence fits.
    private static readonly string[] Closings =
    [
        "Recommended.", "Well done.", "Keep going on.", "This is good work.", "Keep up the good work.", "There is a lot to like.",
        "With these changes it will be convincing.",
    ];

    private static readonly HashSet<string> Fillers = new(
        ["please", "should", "would", "could", "because", "following", "between", "before", "another", "answer", "output", "inputs", "format",
            "provide", "return", "scores", "prompt", "context", "without", "really", "things", "something"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The text in pieces of one word each, with the white space before it. Exactly <paramref name="tokens"/> pieces, or more when the list of scores
    /// that the prompt asks for is longer.
    /// </summary>
    public static IReadOnlyList<string> Compose(string prompt, int tokens)
    {
        var random = new StableRandom(prompt);
        var pieces = new List<string>(tokens);
        if (ScoreRequest.Criteria(prompt) is { } criteria)
        {
            Add(pieces, "These are the scores.", "");
            foreach (var (criterion, n) in criteria.Select((criterion, n) => (criterion, n)))
            {
                Add(pieces, $"**{criterion}**: {4 + random.Next(6)}/10", n == 0 ? "\n\n" : "\n");
            }
        }

        AddProse(pieces, tokens, random, Topic(prompt), Keywords(prompt), ListWanted().IsMatch(prompt));
        return pieces;
    }

    private static void AddProse(List<string> pieces, int tokens, StableRandom random, string topic, string[] keywords, bool asList)
    {
        var used = new HashSet<string>();
        for (var added = 0; pieces.Count < tokens; added++)
        {
            var left = tokens - pieces.Count;
            var pool = added == 0 && left >= LongestOpening ? Openings : Sentences;
            var (first, second) = (random.Next(keywords.Length), random.Next(keywords.Length - 1));
            var fitting = Rotated(pool, random.Next(pool.Length))
                .Select(template => (template, text: Fill(template, topic, keywords[first], keywords[(first + 1 + second) % keywords.Length])))
                .Where(sentence => CountWords(sentence.text) <= left)
                .ToList();

            // A text of usual length repeats no sentence: a closing fills the last few words, and only a long text starts over.
            var (template, text) = fitting.Find(sentence => !used.Contains(sentence.template)) is { text: not null } unused ? unused
                : left <= Closings.Length ? ("", Closings[left - 1])
                : fitting[0];
            used.Add(template);
            Add(pieces, text, asList ? "\n- " : added % SentencesPerParagraph == 0 ? "\n\n" : " ");
        }
    }

    private static string Fill(string sentence, string topic, string keyword, string other) =>
        string.Format(CultureInfo.InvariantCulture, sentence, topic, keyword, other);

    private static IEnumerable<string> Rotated(string[] pool, int start) => pool.Skip(start).Concat(pool.Take(start));

    private static int CountWords(string text) => text.Count(character => character == ' ') + 1;

    private static void Add(List<string> pieces, string text, string separator)
    {
        var before = pieces.Count == 0 ? separator.TrimStart('\n') : separator;
        foreach (var word in text.Split(' '))
        {
            pieces.Add(before + word);
            before = " ";
        }
    }

    [GeneratedRegex(@"\bbullets?\b|\bone line each\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ListWanted();

    private static string Topic(string prompt)
    {
        var heading = Heading().Match(prompt);
        var line = heading.Success ? heading.Groups[1].Value : prompt.Trim().Split('\n')[0];
        var words = line.Split(
            [' ', '\t', '*', '_', '#', '`', '{', '}', '"'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var topic = string.Join(' ', words.Take(6)).TrimEnd('.', ':', ',', ';', '?', '!', '\r');
        return topic.Length is > 0 and <= 80 ? topic : "the task";
    }

    private static string[] Keywords(string prompt)
    {
        string[] words =
        [
            .. Word().Matches(prompt)
                .Select(match => match.Value.ToLowerInvariant())
                .Where(word => !Fillers.Contains(word))
                .Distinct(StringComparer.Ordinal)
                .Take(MostKeywords),
        ];
        return words.Length >= 2 ? words : ["the goal", "the approach"];
    }

    [GeneratedRegex(@"^#{1,6}[ \t]+(.+)$", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\b[A-Za-z]{6,14}\b", RegexOptions.CultureInvariant)]
    private static partial Regex Word();
}

/// <summary>
/// Pseudo-random numbers that depend on the seed only, in every process and version: SplitMix64 seeded by SHA-256. Not thread-safe.
/// </summary>
internal sealed class StableRandom(string seed)
{
    private ulong _state = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(seed)));

    /// <summary>The next number, from 0 to <paramref name="limit"/> - 1.</summary>
    /// <param name="limit">1 or more.</param>
    public int Next(int limit)
    {
        var mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return (int)((mixed ^ (mixed >> 31)) % (ulong)limit);
    }
}
