using Orchestrator.Workflows.Definitions;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Expressions;
using Orchestrator.Workflows.Names;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Workflows.Formats.Native;

/// <summary>Reads objects whose members are paths, expressions or literals. Thread-safe.</summary>
internal static class MappingReader
{
    /// <summary>Names and paths in document order; null when the member is absent.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>>? Paths(ObjectReader owner, string member, string what) =>
        owner.Object(member, what) is { } mapping
            ?
            [
                .. mapping.Node.Members
                    .Select(entry => KeyValuePair.Create(
                        entry.Name, mapping.String(entry.Name) is { } text ? Path(mapping, entry.Value, text) : null))
                    .Where(entry => entry.Value is not null)
                    .Select(entry => KeyValuePair.Create(entry.Key, entry.Value!)),
            ]
            : null;

    /// <summary>Names and the sources of their values, in document order; null when the member is absent.</summary>
    public static IReadOnlyList<KeyValuePair<string, MappedValue>>? Values(ObjectReader owner, string member, string what)
    {
        if (owner.Object(member, what) is not { } mapping)
        {
            return null;
        }

        var read = new List<KeyValuePair<string, MappedValue>>();
        foreach (var entry in mapping.Node.Members)
        {
            // A wrong value is replaced by null, so that the name is known where the prompt uses it.
            if (mapping.Take(entry.Name) is not null)
            {
                read.Add(new(entry.Name, Value(mapping, entry) ?? MappedValue.Literal(null)));
            }
        }

        return read;
    }

    /// <summary>The text of an expression; null when it is invalid, which is reported.</summary>
    public static string? ExpressionText(ObjectReader owner, SourceNode at, string what)
    {
        if (Expression.TryParse(at.Text, out _, out var error))
        {
            return at.Text;
        }

        owner.Error(DiagnosticCodes.InvalidExpression, at, $"{what} is wrong: {error}");
        return null;
    }

    /// <summary>The text of a path; null when it is invalid, which is reported.</summary>
    public static string? Path(ObjectReader owner, SourceNode at, string text)
    {
        if (ValuePath.TryParse(text, out _, out var error))
        {
            return text;
        }

        owner.Error(DiagnosticCodes.InvalidPath, at, error);
        return null;
    }

    private static MappedValue? Value(ObjectReader mapping, SourceMember entry)
    {
        if (mapping.Take(entry.Name) is not { Kind: SourceKind.Object } given)
        {
            return mapping.String(entry.Name) is { } text && Path(mapping, entry.Value, text) is { } path ? MappedValue.Path(path) : null;
        }

        var form = mapping.Object(entry.Name, $"the mapping of '{Expressions.ExpressionText.Cut(entry.Name)}'")!;
        var literal = given.Member("value");
        form.Take("value");
        var expression = form.String("expr");
        form.Finish();
        if (literal is null == (form.Take("expr") is null))
        {
            form.Error(DiagnosticCodes.WrongValue, given, $"The mapping of '{entry.Name}' must be a path, or have either a 'value' or an 'expr'.");
            return null;
        }

        return literal is not null ? MappedValue.Literal(literal.ToJson())
            : expression is not null && ExpressionText(form, given.Member("expr")!, $"The expression of '{entry.Name}'") is { } parsed
                ? MappedValue.Expression(parsed)
                : null;
    }
}
