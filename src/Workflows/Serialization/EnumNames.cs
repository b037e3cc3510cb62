using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Workflows.Serialization;

/// <summary>The names of enum values in documents, messages and telemetry: camelCase, such as <c>timedOut</c>. Thread-safe.</summary>
public static class EnumNames
{
    /// <summary>The name of <paramref name="value"/>. No string is created.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is not a member of its enum.</exception>
    public static string Of<T>(T value)
        where T : struct, Enum => Cache<T>.ByValue.TryGetValue(value, out var name)
            ? name
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{typeof(T).Name} has no such member.");

    /// <summary>All names of <typeparamref name="T"/>, in the order of the values.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Cache<T>.All;

    /// <summary>Finds the value with a given name. Letter case counts.</summary>
    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum => Cache<T>.ByName.TryGetValue(name, out value);

    private static class Cache<T>
        where T : struct, Enum
    {
        public static readonly IReadOnlyList<string> All = [.. Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName)];

        public static readonly FrozenDictionary<T, string> ByValue =
            Enum.GetValues<T>().Zip(All).ToFrozenDictionary(entry => entry.First, entry => entry.Second);

        public static readonly FrozenDictionary<string, T> ByName =
            ByValue.ToFrozenDictionary(entry => entry.Value, entry => entry.Key, StringComparer.Ordinal);
    }
}

/// <summary>
/// Serializes an enum by its <see cref="EnumNames"/>; numbers are rejected. An attribute of each enum names it, so that the name does not depend on
/// the serializer options of a host. Thread-safe.
/// </summary>
public sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
