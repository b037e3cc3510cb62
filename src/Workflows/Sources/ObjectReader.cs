using System.Globalization;
using System.Text.Json;
using Orchestrator.Workflows.Diagnostics;

namespace Orchestrator.Workflows.Sources;

/// <summary>Takes the members of one object one by one, checks their types, and reports unknown members.</summary>
internal sealed class ObjectReader(SourceNode node, string what, DiagnosticBag diagnostics, string? step = null)
{
    private readonly List<string> _known = [];

    public SourceNode Node => node;

    /// <summary>It has no member that says anything: null counts as none.</summary>
    public bool IsEmpty => node.Members.All(member => member.Value.Kind == SourceKind.Null);

    /// <summary>The member, or null when it is absent or null.</summary>
    public SourceNode? Take(string name)
    {
        _known.Add(name);
        var value = node.Member(name);
        return value is null || value.Kind == SourceKind.Null ? null : value;
    }

    public string? String(string name) =>
        Take(name) is { } value && Expect(value, SourceKind.String, name, "a text") ? value.Text : null;

    public bool? Boolean(string name) =>
        Take(name) is { } value && Expect(value, SourceKind.Boolean, name, "true or false") ? value.IsTrue : null;

    public int? Integer(string name, int minimum, int maximum = int.MaxValue) => (int?)Long(name, minimum, maximum);

    /// <summary>A whole number, in whichever way it is written: 1000, 1000.0 and 1e3 are the same.</summary>
    public long? Long(string name, long minimum, long maximum = long.MaxValue)
    {
        if (Take(name) is not { } value || !Expect(value, SourceKind.Number, name, "a whole number"))
        {
            return null;
        }

        if (decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && decimal.IsInteger(number) && number >= minimum && number <= maximum)
        {
            return (long)number;
        }

        var isOpen = maximum is int.MaxValue or long.MaxValue && double.Parse(value.Text, CultureInfo.InvariantCulture) <= maximum;
        var range = isOpen ? $"of at least {minimum}" : $"from {minimum} to {maximum}";
        Error(DiagnosticCodes.WrongValue, value, $"'{name}' of {what} must be a whole number {range}; it is {value.Text}.");
        return null;
    }

    /// <summary>A number from <paramref name="minimum"/> to <paramref name="maximum"/>, or above 0 when the minimum is 0 and <paramref name="above"/> is set.</summary>
    public double? Number(string name, double minimum, double maximum, bool above = false)
    {
        if (Take(name) is not { } value || !Expect(value, SourceKind.Number, name, "a number"))
        {
            return null;
        }

        if (double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number >= minimum && number <= maximum && !(above && number == minimum))
        {
            return number;
        }

        var range = above ? $"above {minimum}" : string.Create(CultureInfo.InvariantCulture, $"from {minimum} to {maximum}");
        Error(DiagnosticCodes.WrongValue, value, $"'{name}' of {what} must be a number {range}; it is {value.Text}.");
        return null;
    }

    /// <summary>One of the names of <typeparamref name="T"/>, in camelCase.</summary>
    /// <param name="others">Other names that are valid here, for the message and the suggestion.</param>
    public T? Choice<T>(string name, IEnumerable<string>? others = null)
        where T : struct, Enum
    {
        if (String(name) is not { } text)
        {
            return null;
        }

        var names = Enum.GetNames<T>().Select(JsonNamingPolicy.CamelCase.ConvertName).ToArray();
        var index = Array.IndexOf(names, text);
        if (index >= 0)
        {
            return Enum.GetValues<T>()[index];
        }

        var all = names.Concat(others ?? []).ToList();
        Error(
            DiagnosticCodes.WrongValue, Take(name)!, $"'{name}' of {what} must be one of {string.Join(", ", all)}; it is '{text}'.",
            Suggest(text, all));
        return null;
    }

    /// <summary>A list of texts, each with its place; null when absent. A text alone is reported, and read as a list of one.</summary>
    public IReadOnlyList<SourceNode>? Texts(string name, string article = "a list of names")
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        if (!Expect(value, SourceKind.Array, name, article))
        {
            return value.Kind == SourceKind.String ? [value] : null;
        }

        return [.. value.Items.Where(item => Expect(item, SourceKind.String, name, article))];
    }

    /// <summary>Those texts without their places; empty when absent.</summary>
    public IReadOnlyList<string> Names(string name) => [.. (Texts(name) ?? []).Select(text => text.Text)];

    /// <summary>An object within; null when absent or something else.</summary>
    public ObjectReader? Object(string name, string whatItIs) =>
        Take(name) is { } value && Expect(value, SourceKind.Object, name, "an object")
            ? new ObjectReader(value, whatItIs, diagnostics, step)
            : null;

    public bool Expect(SourceNode value, SourceKind kind, string name, string article)
    {
        if (value.Kind == kind)
        {
            return true;
        }

        Error(DiagnosticCodes.WrongType, value, $"'{name}' of {what} must be {article}; it is {Describe(value)}.");
        return false;
    }

    /// <param name="how">How it is written; null: its name says it.</param>
    public void Missing(string name, string message, string? how = null) =>
        Error(DiagnosticCodes.MissingProperty, node, $"{message} Add {how ?? $"'{name}'"}.");

    public void Error(string code, SourceNode at, string message, string? suggestion = null) =>
        diagnostics.Error(code, at.Line, at.Column, message, at.Pointer, suggestion, step);

    /// <summary>What was probably meant; null when that is not clear.</summary>
    public string? Suggest(string written, IEnumerable<string> candidates) => diagnostics.Suggestions.For(written, candidates);

    /// <summary>Reports every member that was not taken.</summary>
    public void Finish()
    {
        foreach (var member in node.Members.Where(member => !_known.Contains(member.Name)))
        {
            diagnostics.Error(
                DiagnosticCodes.UnknownProperty, member.Line, member.Column, $"There is no '{member.Name}' in {what}.", member.Value.Pointer,
                Suggest(member.Name, _known), step);
        }
    }

    /// <summary>The name of an enum's value as documents write it.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static string Describe(SourceNode value) => value.Kind switch
    {
        SourceKind.Object => "an object",
        SourceKind.Array => "a list",
        SourceKind.String => "a text",
        SourceKind.Number => $"the number {value.Text}",
        SourceKind.Boolean => value.IsTrue ? "true" : "false",
        _ => "null",
    };
}
