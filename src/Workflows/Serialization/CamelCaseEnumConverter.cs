using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orchestrator.Workflows.Serialization;

/// <summary>Writes an enum by its names in camelCase. On the type itself, so that it is written so by whatever serializer a host uses.</summary>
public sealed class CamelCaseEnumConverter<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
