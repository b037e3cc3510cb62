using System.Reflection;

namespace Sdk.Contracts.Tests.Surface;

/// <summary>Type names as C# writes them, with the annotations for null.</summary>
internal sealed class TypeNameFormatter
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    private readonly NullabilityInfoContext _nullability = new();

    public static string Format(Type type) => Format(type, null, readable: true);

    public string Format(ParameterInfo parameter) => Format(parameter.ParameterType, _nullability.Create(parameter), readable: true);

    public string Format(PropertyInfo property) => Format(property.PropertyType, _nullability.Create(property), property.CanRead);

    public string Format(FieldInfo field) => Format(field.FieldType, _nullability.Create(field), readable: true);

    private static string Format(Type type, NullabilityInfo? nullability, bool readable)
    {
        if (type.IsByRef)
        {
            return Format(type.GetElementType()!, nullability, readable);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Format(underlying, null, readable) + "?";
        }

        NullabilityState? state = readable ? nullability?.ReadState : nullability?.WriteState;
        bool annotated = state == NullabilityState.Nullable && !type.IsGenericParameter && !type.IsValueType;
        return Name(type, nullability, readable) + (annotated ? "?" : "");
    }

    private static string Name(Type type, NullabilityInfo? nullability, bool readable)
    {
        if (type.IsArray)
        {
            return Format(type.GetElementType()!, nullability?.ElementType, readable) + "[]";
        }

        if (!type.IsGenericType)
        {
            return Keywords.GetValueOrDefault(type, type.Name);
        }

        NullabilityInfo[] infos = nullability?.GenericTypeArguments ?? [];
        IEnumerable<string> arguments = type.GetGenericArguments().Select((a, i) => Format(a, infos.ElementAtOrDefault(i), readable));
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", arguments)}>";
    }
}
