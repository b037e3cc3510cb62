using System.Collections.Frozen;
using System.Text.Json;

namespace Orchestrator.Activities.Telemetry;

/// <summary>The values of enumerations as they are written everywhere else, made once: a tag must not cost a string each time.</summary>
internal static class TelemetryWords
{
    public static string Of<T>(T value)
        where T : struct, Enum => Words<T>.All[value];

    private static class Words<T>
        where T : struct, Enum
    {
        public static readonly FrozenDictionary<T, string> All =
            Enum.GetValues<T>().ToFrozenDictionary(value => value, value => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()));
    }
}
