using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Sdk.Contracts.Tests.Surface;

/// <summary>
/// Writes a type's public surface in one normal form: its header, then its members in ordinal order. It leaves out what the compiler adds to
/// records and the overrides of what every object has. A type parameter never carries a question mark: whether an unconstrained one is
/// annotated cannot be told by reflection.
/// </summary>
internal sealed class SurfaceFormatter
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly TypeNameFormatter _names = new();

    public IReadOnlyList<string> Format(Type type)
    {
        if (type.IsEnum)
        {
            return [Header(type), .. EnumMembers(type)];
        }

        if (type.IsSubclassOf(typeof(Delegate)))
        {
            return [Signature(type.GetMethod("Invoke")!, "public delegate", type.Name)];
        }

        IEnumerable<string> members =
        [
            .. type.GetConstructors(Declared).Where(IsVisible).Select(c => $"{Access(c)} {PlainName(type)}({Parameters(c)});"),
            .. type.GetProperties(Declared).Where(p => !IsGenerated(p)).Select(Property).OfType<string>(),
            .. type.GetFields(Declared).Where(f => f.IsPublic).Select(Field),
            .. type.GetMethods(Declared).Where(m => IsVisible(m) && !IsGenerated(m) && !IsAccessor(m) && !IsOfObject(m)).Select(Method),
        ];
        return [Header(type), .. members.Order(StringComparer.Ordinal)];
    }

    public static string FullNameOf(Type type)
    {
        string parameters = type.IsGenericType ? $"<{string.Join(", ", type.GetGenericArguments().Select(a => a.Name))}>" : "";
        return $"{type.Namespace}.{PlainName(type)}{parameters}";
    }

    private static string PlainName(Type type) => type.Name.Split('`')[0];

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), false);

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsOfObject(MethodInfo method) => method.GetBaseDefinition().DeclaringType == typeof(object);

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Obsolete(MemberInfo member) =>
        member.GetCustomAttribute<ObsoleteAttribute>() is { } obsolete ? $"[Obsolete(\"{obsolete.Message}\")] " : "";

    private static IEnumerable<string> EnumMembers(Type type) => type.GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => $"{Obsolete(f)}{f.Name} = {Convert.ToString(f.GetRawConstantValue(), CultureInfo.InvariantCulture)},");

    private static string Header(Type type)
    {
        bool isRecord = type.GetMethod("<Clone>$") is not null;
        string kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ when isRecord => "record",
            _ => "class",
        };
        bool hasBase = type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) && b != typeof(Enum);
        Type[] inherited = type.BaseType?.GetInterfaces() ?? [];
        IEnumerable<Type> parents = type.IsEnum ? [] : [.. hasBase ? [type.BaseType!] : Type.EmptyTypes, .. type.GetInterfaces().Except(inherited)];
        IEnumerable<Type> direct = parents.Where(p => !parents.Any(other => other.IsInterface && other.GetInterfaces().Contains(p)));
        string list = string.Join(", ", direct.Select(TypeNameFormatter.Format));
        string name = FullNameOf(type)[(type.Namespace!.Length + 1)..];
        return $"public {kind} {name}{(list.Length == 0 ? "" : " : " + list)}";
    }

    private string? Property(PropertyInfo property)
    {
        MethodInfo[] visible = [.. property.GetAccessors(nonPublic: true).Where(IsVisible)];
        if (visible.Length == 0)
        {
            return null;
        }

        string accessors = string.Concat(visible.OrderBy(m => m.ReturnType == typeof(void)).Select(m => Accessor(m) + "; "));
        return $"{Obsolete(property)}{Access(visible[0])} {Modifiers(visible[0])}{_names.Format(property)} {property.Name} {{ {accessors}}}";
    }

    private static string Accessor(MethodInfo accessor)
    {
        if (accessor.ReturnType != typeof(void))
        {
            return "get";
        }

        return accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set";
    }

    private string Field(FieldInfo field) => field.IsLiteral
        ? string.Create(CultureInfo.InvariantCulture, $"public const {_names.Format(field)} {field.Name} = {field.GetRawConstantValue()};")
        : $"public {(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{_names.Format(field)} {field.Name};";

    private string Method(MethodInfo method) => Signature(method, $"{Obsolete(method)}{Access(method)} {Modifiers(method)}".TrimEnd(), method.Name);

    private string Signature(MethodInfo method, string lead, string name)
    {
        Type[] arguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        string generic = arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(a => a.Name))}>";
        string constraints = string.Concat(arguments.SelectMany(Constraints));
        return $"{lead} {_names.Format(method.ReturnParameter)} {name}{generic}({Parameters(method)}){constraints};";
    }

    private static IEnumerable<string> Constraints(Type argument) =>
        argument.GetGenericParameterConstraints().Select(c => $" where {argument.Name} : {TypeNameFormatter.Format(c)}");

    private string Parameters(MethodBase method)
    {
        string receiver = method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : "";
        return receiver + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private string Parameter(ParameterInfo parameter)
    {
        string prefix = parameter.IsOut ? "out " : parameter.IsDefined(typeof(ParamArrayAttribute), false) ? "params " : "";
        return $"{prefix}{_names.Format(parameter)} {parameter.Name}{DefaultValue(parameter)}";
    }

    private static string DefaultValue(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : parameter.DefaultValue switch
    {
        null when parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null => " = default",
        null => " = null",
        bool flag => flag ? " = true" : " = false",
        double number => " = " + number.ToString("0.0###", CultureInfo.InvariantCulture),
        var other => string.Create(CultureInfo.InvariantCulture, $" = {other}"),
    };

    private static string Modifiers(MethodInfo method) => method switch
    {
        { DeclaringType.IsInterface: true } => "",
        { IsStatic: true } => "static ",
        { IsAbstract: true } => "abstract ",
        { IsVirtual: true, IsFinal: false } when method.GetBaseDefinition() != method => "override ",
        { IsVirtual: true, IsFinal: false } => "virtual ",
        _ => "",
    };
}
