using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Tests.Formats.Native;

/// <summary>Generates JSON values of every type.</summary>
internal sealed class ValueSource(Random random, TextSource texts)
{
    private static readonly string[] Numbers =
    [
        "0", "-0", "-0.0", "1.0", "1.50", "1e5", "1E+300", "-1.5e-7", "1e400", "123456789012345678901234567890", "0.1234567890123456789012345678901",
        "2147483648", "9007199254740993",
    ];

    private static readonly string[] WholeNumbers = ["0", "-0", "3", "1.0", "1e5", "-2147483649", "79228162514264337593543950335"];

    public JsonNode? Any(int depth = 3) => random.Next(depth > 0 ? 8 : 5) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => Number(),
        3 or 4 => texts.Next(),
        5 or 6 => Object(depth),
        _ => Array(depth),
    };

    public JsonNode Number() => JsonNode.Parse(Numbers[random.Next(Numbers.Length)])!;

    public JsonNode WholeNumber() => JsonNode.Parse(WholeNumbers[random.Next(WholeNumbers.Length)])!;

    public JsonArray Array(int depth = 3) => [.. Enumerable.Range(0, random.Next(4)).Select(_ => Any(depth - 1))];

    public JsonObject Object(int depth = 3)
    {
        var made = new JsonObject();
        for (var left = random.Next(4); left > 0; left--)
        {
            made[texts.Next()] = Any(depth - 1);
        }

        return made;
    }
}
