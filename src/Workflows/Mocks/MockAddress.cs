using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Mocks;

/// <summary>How a mock says which step it is for: <c>step</c>, <c>step[key]</c>, and the same below a map: <c>map[key]/step</c>.</summary>
internal static partial class MockAddress
{
    public static bool IsValid(string address) => address == MockScript.AnyStep || Address().IsMatch(address);

    /// <summary>The ids of the steps that an address goes through.</summary>
    public static IEnumerable<string> StepsOf(string address) => Address().Match(address).Groups["step"].Captures.Select(capture => capture.Value);

    /// <summary>Where to look for the mock of a step, the most particular address first.</summary>
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

    // A key may hold slashes and anything else but brackets.
    [GeneratedRegex(
        @"^(?:(?<step>[A-Za-z_][\w-]*)(?:\[[^\[\]]+\])?/)*(?<last>(?<step>[A-Za-z_][\w-]*)(?:\[[^\[\]]+\])?)$",
        RegexOptions.CultureInvariant | RegexOptions.ECMAScript)]
    private static partial Regex Address();
}
