using System.Globalization;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Serialization;

namespace Orchestrator.Workflows.Sources;

/// <summary>
/// Reads the members of one object: checks the type and the range of each member that is read, and reports those that were never read. Not
/// thread-safe.
/// </summary>
/// <param name="what">The object in error messages, such as <c>the workflow's options</c>.</param>
/// <param name="step">The id of the step that errors are about; null for none.</param>
internal sealed class ObjectReader(SourceNode node, string what, DiagnosticBag diagnostics, string? step = null)
{
    private readonly List<string> _known = [];

    public SourceNode Node => node;

    /// <summary>Whether all members are null, or there are none.</summary>
    public bool IsEmpty => node.Members.All(member => member.Value.Kind == SourceKind.Null);

    /// <summary>The member of any type; null when it is absent or null.</summary>
    public SourceNode? Take(string name)
    {
        _known.Add(name);
        var value = node.Member(name);
        return value is null || value.Kind == SourceKind.Null ? null : value;
    }

    /// <summary>A text; null when it is absent, or not a text, which is reported.</summary>
    public string? String(string name) =>
        Take(name) is { } value && Expect(value, SourceKind.String, name, JsonWords.Text) ? value.Text : null;

    /// <summary>true or false; null when it is absent, or neither, which is reported.</summary>
    public bool? Boolean(string name) =>
        Take(name) is { } value && Expect(value, SourceKind.Boolean, name, "true or false") ? value.IsTrue : null;

    /// <summary>A whole number, as <see cref="Long"/>.</summary>
    public int? Integer(string name, int minimum, int maximum = int.MaxValue) => (int?)Long(name, minimum, maximum);

    /// <summary>
    /// A whole number from <paramref name="minimum"/> to <paramref name="maximum"/>, in any notation: 1000, 1000.0 and 1e3 are equal. Null when it is
    /// absent, or wrong, which is reported.
    /// </summary>
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

    /// <summary>
    /// A number from <paramref name="minimum"/> to <paramref name="maximum"/>; null when it is absent, or wrong, which is reported.
    /// </summary>
    /// <param name="above">Whether the minimum itself is not allowed.</param>
    public double? Number(string name, double minimum, double maximum, bool above = false)
    {
        if (Take(name) is not { } value || !Expect(value, SourceKind.Number, name, JsonWords.Number))
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

    /// <summary>A value of <typeparamref name="T"/> by its <see cref="EnumNames"/>; null when it is absent, or unknown, which is reported.</summary>
    /// <param name="others">Further names for the error message and the suggestion.</param>
    public T? Choice<T>(string name, IEnumerable<string>? others = null)
        where T : struct, Enum
    {
        if (String(name) is not { } text)
        {
            return null;
        }

        if (EnumNames.TryParse<T>(text, out var value))
        {
            return value;
        }

        var all = EnumNames.All<T>().Concat(others ?? []).ToList();
        Error(
            DiagnosticCodes.WrongValue, Take(name)!, $"'{name}' of {what} must be one of {string.Join(", ", all)}; it is '{text}'.",
            Suggest(text, all));
        return null;
    }

    /// <summary>A list of texts, each with its place; null when it is absent. A single text is reported, and read as a list of one.</summary>
    /// <param name="expected">The type in error messages.</param>
    public IReadOnlyList<SourceNode>? Texts(string name, string expected = "a list of names")
    {
        if (Take(name) is not { } value)
        {
            return null;
        }

        if (!Expect(value, SourceKind.Array, name, expected))
        {
            return value.Kind == SourceKind.String ? [value] : null;
        }

        return [.. value.Items.Where(item => Expect(item, SourceKind.String, name, expected))];
    }

    /// <summary>A list of texts without their places; empty when it is absent.</summary>
    public IReadOnlyList<string> Names(string name) => [.. (Texts(name) ?? []).Select(text => text.Text)];

    /// <summary>A nested object; null when it is absent, or not an object, which is reported.</summary>
    /// <param name="whatItIs">The nested object in error messages.</param>
    public ObjectReader? Object(string name, string whatItIs) =>
        Take(name) is { } value && Expect(value, SourceKind.Object, name, JsonWords.Object)
            ? new ObjectReader(value, whatItIs, diagnostics, step)
            : null;

    /// <summary>Whether a value has the given type; it is reported when it has not.</summary>
    public bool Expect(SourceNode value, SourceKind kind, string name, string expected)
    {
        if (value.Kind == kind)
        {
            return true;
        }

        Error(DiagnosticCodes.WrongType, value, $"'{name}' of {what} must be {expected}; it is {Describe(value)}.");
        return false;
    }

    /// <summary>Reports that a required member is missing.</summary>
    /// <param name="how">What to add, for the error message; null: the name.</param>
    public void Missing(string name, string message, string? how = null) =>
        Error(DiagnosticCodes.MissingProperty, node, $"{message} Add {how ?? $"'{name}'"}.");

    /// <summary>Reports an error at a value.</summary>
    public void Error(string code, SourceNode at, string message, string? suggestion = null) =>
        diagnostics.Error(code, at.Line, at.Column, message, at.Pointer, suggestion, step);

    /// <summary>"Did you mean …?" for the most similar candidate; null when none is similar.</summary>
    public string? Suggest(string written, IEnumerable<string> candidates) => diagnostics.Suggestions.For(written, candidates);

    /// <summary>The same, or else the sentence "There are …." with all candidates.</summary>
    public string SuggestOrAll(string written, IReadOnlyCollection<string> candidates) => diagnostics.Suggestions.ForOrAll(written, candidates);

    /// <summary>Reports every member that was never read as unknown.</summary>
    public void Finish()
    {
        foreach (var member in node.Members.Where(member => !_known.Contains(member.Name)))
        {
            diagnostics.Error(
                DiagnosticCodes.UnknownProperty, member.Line, member.Column, $"There is no '{member.Name}' in {what}.", member.Value.Pointer,
                Suggest(member.Name, _known), step);
        }
    }

    private static string Describe(SourceNode value) => value.Kind switch
    {
        SourceKind.Object => JsonWords.Object,
        SourceKind.Array => JsonWords.List,
        SourceKind.String => JsonWords.Text,
        SourceKind.Number => $"the number {value.Text}",
        SourceKind.Boolean => value.IsTrue ? "true" : "false",
        _ => JsonWords.Null,
    };
}
