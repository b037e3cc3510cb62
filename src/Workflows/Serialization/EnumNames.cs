using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Workflows.Serialization;

/// <summary>
/// The names of enum values in documents, messages and telemetry: camelCase, such as <c>timedOut</c>. For enums of which the values are 0, 1, 2 and
/// so on. Thread-safe.
/// </summary>
public static class EnumNames
{
    /// <summary>The name of <paramref name="value"/>. No string is created.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is not a member of its enum.</exception>
    public static string Of<T>(T value)
        where T : struct, Enum
    {
        var (names, index) = (Cache<T>.Names, Unsafe.BitCast<T, int>(value));
        return index >= 0 && index < names.Length
            ? names[index]
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"{typeof(T).Name} has no such member.");
    }

    /// <summary>All names of <typeparamref name="T"/>, in the order of the values.</summary>
    public static IReadOnlyList<string> All<T>()
        where T : struct, Enum => Cache<T>.All;

    /// <summary>Finds the value with a given name. Letter case counts.</summary>
    public static bool TryParse<T>(string name, out T value)
        where T : struct, Enum
    {
        var index = Array.IndexOf(Cache<T>.Names, name);
        value = index < 0 ? default : Unsafe.BitCast<int, T>(index);
        return index >= 0;
    }

    /// <summary>
    /// Arrays of texts, and nothing that is generic over the enum: a published program would compile that when it starts, for each enum anew.
    /// </summary>
    private static class Cache<T>
        where T : struct, Enum
    {
        public static readonly string[] Names = Read(typeof(T));

        public static readonly IReadOnlyList<string> All = Array.AsReadOnly(Names);
    }

    private static string[] Read(Type type)
    {
        var values = Enum.GetValuesAsUnderlyingType(type);
        return values is int[] numbers && numbers.SequenceEqual(Enumerable.Range(0, numbers.Length))
            ? Array.ConvertAll(Enum.GetNames(type), JsonNamingPolicy.CamelCase.ConvertName)
            : throw new NotSupportedException($"The values of {type} are not 0, 1, 2 and so on, once each.");
    }
}

/// <summary>
/// Serializes an enum by its <see cref="EnumNames"/>; numbers are rejected. An attribute of each enum names it, so that the name does not depend on
/// the serializer options of a host. Thread-safe.
/// </summary>
public sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
