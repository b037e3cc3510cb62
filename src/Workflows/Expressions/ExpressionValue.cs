using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Expressions;

/// <summary>A JSON value in the types of the language. Every node has one: what the language cannot process is <see cref="Opaque"/>.</summary>
internal abstract record ExpressionValue
{
    // JSON that was read is nested at most 64 deep; this protects the stack from nodes that code has built.
    private const int MaxDepth = 200;

    private ExpressionValue()
    {
    }

    /// <summary>Its type, for messages.</summary>
    public abstract string Kind { get; }

    public abstract JsonNode? ToNode();

    public static ExpressionValue Of(JsonNode? node)
    {
        try
        {
            switch (node)
            {
                case null:
                    return new Null();
                case JsonArray list:
                    return new List(list);
                case JsonObject item:
                    // A node from JSON reads its members at the first access, and fails if two have one name.
                    _ = item.Count;
                    return new Object(item);
                default:
                    return Of(node.AsValue());
            }
        }
        catch (Exception exception) when (IsUnreadable(exception))
        {
            return new Opaque(node!, "no valid JSON");
        }
    }

    /// <summary>
    /// Whether System.Text.Json throws this for a node that is not valid JSON: repeated names, half surrogate pairs, NaN, too deep.
    /// </summary>
    public static bool IsUnreadable(Exception exception) =>
        exception is ArgumentException or InvalidOperationException or JsonException or NotSupportedException;

    /// <summary>Deep equality: numbers by value, texts by their characters, objects whatever the order of their members.</summary>
    /// <param name="count">
    /// Called for each compared pair with the number of elements that it counts for; an exception from it ends the comparison.
    /// </param>
    /// <returns>Null if they are nested too deeply to be compared.</returns>
    public static bool? AreEqual(ExpressionValue left, ExpressionValue right, Action<int> count, int depth = 0)
    {
        count(1 + (left is Text text ? text.Value.Length / ExpressionLimits.CharactersPerStep : 0));
        return Compared(left, right, count, depth);
    }

    private static bool? Compared(ExpressionValue left, ExpressionValue right, Action<int> count, int depth) => (left, right) switch
    {
        _ when depth > MaxDepth => null,
        (Null, Null) => true,
        (Truth one, Truth other) => one.Value == other.Value,
        (Number one, Number other) => one.Value == other.Value,
        (Text one, Text other) => string.Equals(one.Value, other.Value, StringComparison.Ordinal),
        (List one, List other) => one.Items.Count != other.Items.Count
            ? false
            : All(one.Items.Select((item, index) => AreEqual(Of(item), Of(other.Items[index]), count, depth + 1))),
        (Object one, Object other) => one.Members.Count != other.Members.Count
            ? false
            : All(one.Members.Select(member =>
                other.Members.TryGetPropertyValue(member.Key, out var found) ? AreEqual(Of(member.Value), Of(found), count, depth + 1) : false)),
        (Opaque one, Opaque other) => one.IsSame(other),
        _ => false,
    };

    private static bool? All(IEnumerable<bool?> results)
    {
        foreach (var result in results)
        {
            if (result is not true)
            {
                return result;
            }
        }

        return true;
    }

    private static ExpressionValue Of(JsonValue value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.Null:
                return new Null();
            case JsonValueKind.True or JsonValueKind.False:
                return new Truth(value.GetValueKind() == JsonValueKind.True);
            case JsonValueKind.String:
                return new Text(value.TryGetValue<string>(out var text) ? text : JsonSerializer.SerializeToElement(value).GetString()!);
            case JsonValueKind.Number:
                return ExpressionNumber.TryRead(value.ToJsonString(), out var number)
                    ? new Number(number, value)
                    : new Opaque(value, "a number too large to calculate with");
            case JsonValueKind.Array:
                return Of(JsonArray.Create(JsonSerializer.SerializeToElement(value)));
            default:
                return Of(JsonObject.Create(JsonSerializer.SerializeToElement(value)));
        }
    }

    internal sealed record Null : ExpressionValue
    {
        public override string Kind => JsonWords.Null;

        public override JsonNode? ToNode() => null;
    }

    internal sealed record Truth(bool Value) : ExpressionValue
    {
        public override string Kind => JsonWords.Boolean;

        public override JsonNode ToNode() => JsonValue.Create(Value);
    }

    /// <param name="Source">The node that it was read from, which keeps all its digits; null if it was calculated.</param>
    internal sealed record Number(decimal Value, JsonNode? Source = null) : ExpressionValue
    {
        public override string Kind => JsonWords.Number;

        public override JsonNode ToNode()
        {
            var plain = ExpressionNumber.Plain(Value);
            return Source ?? (decimal.IsInteger(plain) && plain is >= long.MinValue and <= long.MaxValue
                ? JsonValue.Create((long)plain)
                : JsonValue.Create(plain));
        }
    }

    internal sealed record Text(string Value) : ExpressionValue
    {
        public override string Kind => JsonWords.Text;

        public override JsonNode ToNode() => JsonValue.Create(Value);
    }

    internal sealed record List(JsonArray Items) : ExpressionValue
    {
        public override string Kind => JsonWords.List;

        public override JsonNode ToNode() => Items;
    }

    internal sealed record Object(JsonObject Members) : ExpressionValue
    {
        public override string Kind => JsonWords.Object;

        public override JsonNode ToNode() => Members;
    }

    /// <summary>A value that can be passed on and compared, but not processed.</summary>
    internal sealed record Opaque(JsonNode Node, string Description) : ExpressionValue
    {
        public override string Kind => Description;

        public override JsonNode ToNode() => Node;

        public bool IsSame(Opaque other)
        {
            try
            {
                return ReferenceEquals(Node, other.Node) || JsonNode.DeepEquals(Node, other.Node);
            }
            catch (Exception exception) when (IsUnreadable(exception))
            {
                return false;
            }
        }
    }
}

/// <summary>Reads and writes numbers: decimals of 28 digits without trailing zeros, the same in every culture.</summary>
internal static class ExpressionNumber
{
    // Dividing by this removes trailing zeros.
    private const decimal One = 1.0000000000000000000000000000m;

    /// <summary>Reads digits with sign, point and exponent; false for other text, and for numbers beyond about ±7.9e28.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out decimal number)
    {
        const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        if (!decimal.TryParse(text, Style, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        number = Plain(number);
        return true;
    }

    /// <summary>The same number without trailing zeros, so that 8.0 is written as 8.</summary>
    public static decimal Plain(decimal number) => number == 0 ? 0 : number / One;

    public static string Write(decimal number) => Plain(number).ToString(CultureInfo.InvariantCulture);
}
