using System.Text;

namespace Orchestrator.Testing.Mutations;

/// <summary>Damages texts in ways that readers must report. The same seed and index give the same text.</summary>
public sealed class Mutator
{
    private static readonly string[] Tokens =
    [
        "{", "}", "[", "]", ":", ": ", ",", "\"", "'", "|\n", ">-\n", "- ", "? ", "&a ", "*a", "<<: *a", "<<: [*a, *a]", "!!int ", "!x ", "---\n",
        "...\n", "#", "//", "/*", "\t",
        "\n", "\r\n", "\0", "\u2028", "\uFEFF", "\\", "\\ud800", "{{", "}}", "{{#each x}}", "{%", "![a](b)", "system:\n", "user:\n", "assistant:\n",
        "null", "true", "-0", ".5", "0x1F",
        "1e999999999", "-1e-999999999", "99999999999999999999999999", ".inf", ".nan", "\"id\": \"a\"", "steps:", "dependsOn: [a]",
        "\"inputMapping\": {\"a\": \"a.b\"}", "onError: continue",
    ];

    private readonly IReadOnlyList<byte[]> _sources;
    private readonly int _seed;

    /// <param name="sources">Texts to begin with.</param>
    public Mutator(IReadOnlyList<byte[]> sources, int seed) => (_sources, _seed) = (sources, seed);

    public byte[] Make(int index)
    {
        var random = new Random(unchecked((_seed * 1_000_003) + index));
        var text = _sources[random.Next(_sources.Count)];
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            text = Mutate(text, random);
        }

        return text;
    }

    private byte[] Mutate(byte[] text, Random random)
    {
        var (at, to) = Range(text.Length, random);
        switch (random.Next(12))
        {
            case 0:
                text = [.. text];
                for (var count = random.Next(1, 8); count > 0 && text.Length > 0; count--)
                {
                    text[random.Next(text.Length)] = (byte)random.Next(256);
                }

                return text;
            case 1:
                return text[..at];
            case 2:
                return [.. text[..at], .. text[to..]];
            case 3:
                return [.. text[..to], .. text[at..to], .. text[to..]];
            case 4 or 5 or 6:
                return [.. text[..at], .. Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]), .. text[at..]];
            case 7:
                var (from, end) = Range(text.Length, random);
                return [.. text[..at], .. text[from..end], .. text[at..]];
            case 8:
                var other = _sources[random.Next(_sources.Count)];
                var (first, last) = Range(other.Length, random);
                return [.. text[..at], .. other[first..last], .. text[at..]];
            case 9:
                return SwapLines(text, random);
            case 10:
                var token = Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)]);
                return [.. text[..at], .. Enumerable.Repeat(token, random.Next(2, 2000)).SelectMany(bytes => bytes), .. text[at..]];
            default:
                return [.. text[..at], .. Encoding.UTF8.GetBytes(Bomb(random)), .. text[at..]];
        }
    }

    /// <summary>Aliases of aliases, in lists or in merged objects.</summary>
    private static string Bomb(Random random)
    {
        var (levels, width) = (random.Next(2, 12), random.Next(2, 12));
        var text = new StringBuilder("\nb0: &b0 {x: 1, y: [2, 3]}\n");
        for (var level = 1; level < levels; level++)
        {
            var aliases = string.Join(", ", Enumerable.Repeat($"*b{level - 1}", width));
            text.Append(random.Next(2) == 0
                ? $"b{level}: &b{level} [{aliases}]\n"
                : $"b{level}: &b{level} {{<<: [{aliases}], z: *b{level - 1}, w{level}: *b{level - 1}}}\n");
        }

        return text.ToString();
    }

    private static byte[] SwapLines(byte[] text, Random random)
    {
        var lines = Encoding.Latin1.GetString(text).Split('\n');
        var (left, right) = (random.Next(lines.Length), random.Next(lines.Length));
        (lines[left], lines[right]) = (lines[right], lines[left]);
        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }

    private static (int From, int To) Range(int length, Random random)
    {
        var from = random.Next(length + 1);
        return (from, Math.Min(length, from + random.Next(1, 200)));
    }
}
