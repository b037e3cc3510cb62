using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Expressions;

/// <summary>The functions of the language, by name.</summary>
internal static class ExpressionFunctions
{
    private const int MaxDigits = 28;
    private const int Any = int.MaxValue;

    public static IReadOnlyDictionary<string, ExpressionFunction> All { get; } = new ExpressionFunction[]
    {
        new("len", "len(text, list or object)", 1, 1, Len),
        new("lower", "lower(text)", 1, 1, call => call.Produce(call.Text(0).ToLowerInvariant())),
        new("upper", "upper(text)", 1, 1, call => call.Produce(call.Text(0).ToUpperInvariant())),
        new("trim", "trim(text)", 1, 1, call => call.Produce(call.Text(0).Trim())),
        new("contains", "contains(text, part) or contains(list, item)", 2, 2, Contains),
        new("startsWith", "startsWith(text, part)", 2, 2, call => new ExpressionValue.Truth(
            call.Text(0).StartsWith(call.Text(1), StringComparison.Ordinal))),
        new("endsWith", "endsWith(text, part)", 2, 2, call => new ExpressionValue.Truth(
            call.Text(0).EndsWith(call.Text(1), StringComparison.Ordinal))),
        new("coalesce", "coalesce(first, second, …)", 1, Any, Coalesce),
        new("json", "json(text)", 1, 1, Json),
        new("number", "number(text)", 1, 1, Number),
        new("string", "string(value)", 1, 1, String),
        new("round", "round(number) or round(number, digits)", 1, 2, Round),
        new("min", "min(list) or min(a, b, …)", 1, Any, call => new ExpressionValue.Number(Numbers(call).Min())),
        new("max", "max(list) or max(a, b, …)", 1, Any, call => new ExpressionValue.Number(Numbers(call).Max())),
        new("sum", "sum(list)", 1, 1, Sum),
        new("keys", "keys(object)", 1, 1, Keys),
    }.ToDictionary(function => function.Name, StringComparer.Ordinal);

    private static ExpressionValue.Number Len(ExpressionCall call) => new(call.Value(0) switch
    {
        ExpressionValue.Text text => text.Value.Length,
        ExpressionValue.List list => list.Items.Count,
        ExpressionValue.Object item => item.Members.Count,
        var other => throw call.Wrong(0, other, "a text, a list or an object", "''"),
    });

    private static ExpressionValue.Truth Contains(ExpressionCall call)
    {
        switch (call.Value(0))
        {
            case ExpressionValue.Text text:
                call.CountSteps(text.Value.Length / ExpressionLimits.CharactersPerStep);
                return new(TextSearch.Contains(text.Value, call.Text(1)));
            case ExpressionValue.List list:
                var sought = call.Value(1);
                return new(list.Items.Any(item => ExpressionValue.AreEqual(ExpressionValue.Of(item), sought, call.CountSteps)
                    ?? throw call.Wrong("The values are nested too deeply to be compared.")));
            case ExpressionValue.Object item:
                throw call.Wrong(0, "contains needs a text or a list, and this is an object.", "Write name in object.");
            case var other:
                throw call.Wrong(0, other, "a text or a list", "''");
        }
    }

    private static ExpressionValue Coalesce(ExpressionCall call)
    {
        for (var index = 0; index < call.Count; index++)
        {
            if (call.ValueOrNull(index) is var value and not ExpressionValue.Null)
            {
                return value;
            }
        }

        return new ExpressionValue.Null();
    }

    private static ExpressionValue Json(ExpressionCall call)
    {
        var text = call.Text(0);
        call.Produce(text);
        try
        {
            // Half a surrogate pair is text in JavaScript, but an error in .NET when it is read: replace it by U+FFFD.
            var json = JsonSurrogates.Mend(Encoding.UTF8.GetBytes(text));
            return ExpressionValue.Of(JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }));
        }
        catch (JsonException exception)
        {
            // An exception without a position means a repeated name in one object.
            throw call.Wrong(0, exception.LineNumber is { } line
                ? $"The text is no JSON: line {line + 1}, column {exception.BytePositionInLine + 1}."
                : "The text is no JSON: one object has two members of one name.");
        }
    }

    private static ExpressionValue.Number Number(ExpressionCall call) => call.Value(0) switch
    {
        ExpressionValue.Number number => number,
        ExpressionValue.Text text when ExpressionNumber.TryRead(text.Value.AsSpan().Trim(), out var number) => new(number),
        ExpressionValue.Text text => throw call.Wrong(0, $"'{ExpressionText.Cut(text.Value)}' is no number."),
        var other => throw call.Wrong(0, other, "a text or a number", "0"),
    };

    private static ExpressionValue.Text String(ExpressionCall call) => call.Value(0) switch
    {
        ExpressionValue.Text text => text,
        ExpressionValue.Null => new(""),
        var other => new(call.Write(other)),
    };

    private static ExpressionValue.Number Round(ExpressionCall call)
    {
        var number = call.Number(0);
        var digits = call.Count > 1 ? call.Number(1) : 0;
        return digits is >= 0 and <= MaxDigits && decimal.IsInteger(digits)
            ? new(ExpressionNumber.Plain(decimal.Round(number, (int)digits, MidpointRounding.AwayFromZero)))
            : throw call.Wrong(1, $"The digits of round are a whole number from 0 to {MaxDigits}.");
    }

    private static ExpressionValue.Number Sum(ExpressionCall call)
    {
        try
        {
            return new(ExpressionNumber.Plain(Elements(call).Sum()));
        }
        catch (OverflowException)
        {
            throw call.Wrong("The sum is too large; the largest number is about 7.9e28.");
        }
    }

    private static ExpressionValue.List Keys(ExpressionCall call)
    {
        var value = call.Value(0);
        if (value is not ExpressionValue.Object item)
        {
            throw call.Wrong(0, value, "an object");
        }

        var keys = new ExpressionValue.List([.. item.Members.Select(member => JsonValue.Create(member.Key))]);
        call.Write(keys);
        return keys;
    }

    private static List<decimal> Numbers(ExpressionCall call)
    {
        var numbers = call.Count == 1 ? Elements(call) : [.. Enumerable.Range(0, call.Count).Select(call.Number)];
        return numbers.Count > 0
            ? numbers
            : throw call.Wrong(0, "An empty list has no smallest and no largest element.", "Ask for its .length first.");
    }

    private static List<decimal> Elements(ExpressionCall call)
    {
        var value = call.Value(0);
        if (value is not ExpressionValue.List list)
        {
            throw call.Wrong(0, value, "a list of numbers", "[0]");
        }

        call.CountSteps(list.Items.Count);
        return [.. list.Items.Select((item, index) => ExpressionValue.Of(item) is var element && element is ExpressionValue.Number number
            ? number.Value
            : throw call.Wrong(0, FormattableString.Invariant($"A list of numbers is needed, and its element {index} is {element.Kind}.")))];
    }
}

/// <summary>A function of the language.</summary>
/// <param name="Usage">How to call it, for messages.</param>
/// <param name="Body">Calculates its value, or throws an <see cref="ExpressionFailure"/>.</param>
internal sealed record ExpressionFunction(string Name, string Usage, int MinArguments, int MaxArguments, Func<ExpressionCall, ExpressionValue> Body)
{
    public bool Takes(int arguments) => arguments >= MinArguments && arguments <= MaxArguments;
}

/// <summary>The evaluation of one call of a function. An argument is evaluated when the function reads it. Not thread-safe.</summary>
internal sealed class ExpressionCall(ExpressionEvaluation evaluation, ExpressionNode.Call node)
{
    public int Count => node.Arguments.Count;

    public ExpressionValue Value(int index) => evaluation.Of(node.Arguments[index]);

    /// <summary>The argument; null if it is a path to a value that does not exist.</summary>
    public ExpressionValue ValueOrNull(int index) => evaluation.Find(node.Arguments[index], out _) ?? new ExpressionValue.Null();

    public string Text(int index) => Value(index) is var value && value is ExpressionValue.Text text
        ? text.Value
        : throw Wrong(index, value, JsonWords.Text, "''");

    public decimal Number(int index) => Value(index) is var value && value is ExpressionValue.Number number
        ? number.Value
        : throw Wrong(index, value, JsonWords.Number, "0");

    /// <summary>Counts and returns a text that the function has produced.</summary>
    public ExpressionValue.Text Produce(string text)
    {
        evaluation.Charge(text.Length, node);
        return new(text);
    }

    /// <summary>Counts elements that the function processes.</summary>
    public void CountSteps(int steps) => evaluation.Count(steps, node);

    /// <summary>A value as compact JSON.</summary>
    public string Write(ExpressionValue value) => evaluation.Write(value, node);

    /// <param name="needed">The type that the function needs, such as "a number".</param>
    /// <param name="instead">A replacement for null in the syntax of expressions, for the suggestion.</param>
    public ExpressionFailure Wrong(int index, ExpressionValue value, string needed, string instead = "…")
    {
        var argument = node.Arguments[index];
        return ExpressionEvaluation.Wrong(
            $"{node.Function.Name} needs {needed}, and {evaluation.Describe(argument, value)}.", argument,
            evaluation.HintForNull(argument, value, instead));
    }

    /// <summary>An error about an argument.</summary>
    public ExpressionFailure Wrong(int index, string message, string? suggestion = null) =>
        ExpressionEvaluation.Wrong(message, node.Arguments[index], suggestion);

    /// <summary>An error about the call as a whole.</summary>
    public ExpressionFailure Wrong(string message) => ExpressionEvaluation.Wrong(message, node);
}
