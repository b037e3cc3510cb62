using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Mocks;

/// <summary>How a mock names its step: <c>step</c>, <c>step[key]</c>, and the same below a map: <c>map[key]/step</c>. Thread-safe.</summary>
internal static partial class MockAddress
{
    public static bool IsValid(string address) => address == MockScript.AnyStep || Address().IsMatch(address);

    /// <summary>The ids of all steps in an address.</summary>
    public static IEnumerable<string> StepsOf(string address) => Address().Match(address).Groups["step"].Captures.Select(capture => capture.Value);

    /// <summary>The addresses at which a step's mock may be, the most specific first.</summary>
    public static IEnumerable<string> Candidates(string stepPath)
    {
        yield return stepPath;
        var match = Address().Match(stepPath);
        if (match.Success)
        {
            var last = match.Groups["last"].Value;
            yield return last;
            yield return StepsOf(last).Single();
        }

        yield return MockScript.AnyStep;
    }

    // A key may contain any character except brackets.
    [GeneratedRegex(
        @"^(?:(?<step>[A-Za-z_][\w-]*)(?:\[[^\[\]]+\])?/)*(?<last>(?<step>[A-Za-z_][\w-]*)(?:\[[^\[\]]+\])?)$",
        RegexOptions.CultureInvariant | RegexOptions.ECMAScript)]
    private static partial Regex Address();
}
