using System.Collections.Frozen;
using System.Text.Json;

namespace Orchestrator.Workflows.Serialization;

/// <summary>
/// The names of enum values as JSON, messages and telemetry write them: in camelCase. They are made once for each type, because a tag of a metric must not
/// allocate. Thread-safe.
/// </summary>
public static class EnumNames
{
    /// <summary>The name of a value, such as <c>timedOut</c>.</summary>
    /// <exception cref="KeyNotFoundException">The type does not define the value.</exception>
    public static string Of<T>(T value)
        where T : struct, Enum => Names<T>.ByValue[value];

    /// <summary>All names of a type, in the order of its values.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Names<T>.InOrder;

    private static class Names<T>
        where T : struct, Enum
    {
        public static readonly IReadOnlyList<string> InOrder = [.. Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

        public static readonly FrozenDictionary<T, string> ByValue =
            Enum.GetValues<T>().Zip(InOrder).ToFrozenDictionary(pair => pair.First, pair => pair.Second);
    }
}
