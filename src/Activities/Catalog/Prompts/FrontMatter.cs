using System.Globalization;
using Orchestrator.Workflows.Diagnostics;
using Orchestrator.Workflows.Serialization;
using Orchestrator.Workflows.Sources;

namespace Orchestrator.Activities.Catalog.Prompts;

/// <summary>Reads the values of one object of a front matter by key, checks them, and reports unknown keys. Not thread-safe.</summary>
internal sealed class FrontMatter(SourceNode node, PromptFindings findings)
{
    private readonly List<string> _known = [];

    public SourceNode Node => node;

    /// <summary>The value of a key; null when it is absent, or empty, which is a finding.</summary>
    public SourceNode? Take(string key)
    {
        _known.Add(key);
        if (node.Member(key) is not { Kind: SourceKind.Null } empty)
        {
            return node.Member(key);
        }

        findings.Error("prompt-invalid-value", empty, $"'{key}' needs a value.");
        return null;
    }

    public string? Text(string key)
    {
        if (Take(key) is not { } value)
        {
            return null;
        }

        if (value is { Kind: SourceKind.String, Text.Length: > 0 })
        {
            return value.Text;
        }

        var advice = value.Kind is SourceKind.Number or SourceKind.Boolean ? " Put it in quotes." : "";
        Invalid(value, value.Kind == SourceKind.String ? $"'{key}' needs a value." : $"'{key}' is {Describe(value)}; it takes a text.{advice}");
        return null;
    }

    public bool? Boolean(string key)
    {
        if (Take(key) is not { } value || value.Kind == SourceKind.Boolean)
        {
            return node.Member(key) is { Kind: SourceKind.Boolean } given ? given.IsTrue : null;
        }

        Invalid(value, $"'{key}' is {Describe(value)}; it takes true or false.");
        return null;
    }

    public double? Number(string key, double least, double most, bool whole = false)
    {
        if (Take(key) is not { } value)
        {
            return null;
        }

        var isNumber = double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && value.Kind == SourceKind.Number;
        if (isNumber && number >= least && number <= most && (!whole || number == Math.Floor(number)))
        {
            return number;
        }

        var range = most == int.MaxValue ? $"{least} or more" : $"from {least} to {most}";
        Invalid(value, $"'{key}' is {Describe(value)}; it takes a {(whole ? "whole " : "")}number, {range}.");
        return null;
    }

    /// <summary>A nested object; null when it is absent or another kind of value, which is a finding.</summary>
    public FrontMatter? Object(string key)
    {
        if (Take(key) is not { } value || value.Kind == SourceKind.Object)
        {
            return node.Member(key) is { Kind: SourceKind.Object } inner ? new FrontMatter(inner, findings) : null;
        }

        Invalid(value, $"'{key}' is {Describe(value)}; it takes keys with values, indented below it.");
        return null;
    }

    /// <summary>Accepts keys whose values do not affect how the prompt runs.</summary>
    public void Ignore(params ReadOnlySpan<string> keys) => _known.AddRange(keys);

    /// <summary>Reports keys that a prompt cannot represent.</summary>
    public void Refuse(string reason, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            _known.Add(key);
            if (Member(key) is { } member)
            {
                findings.Error("prompt-unsupported", member.Line, member.Column, $"'{key}' cannot be carried over: {reason}");
            }
        }
    }

    /// <summary>Reports a value that is not valid.</summary>
    public void Invalid(SourceNode at, string message, string? suggestion = null) => Invalid(at.Line, at.Column, message, suggestion);

    /// <summary>Reports a value that is not valid.</summary>
    public void Invalid(int line, int column, string message, string? suggestion = null) =>
        findings.Error("prompt-invalid-value", line, column, message, suggestion);

    /// <summary>Reports every key that was neither read nor ignored; to be called last.</summary>
    public void ReportUnknownKeys()
    {
        foreach (var member in node.Members.Where(member => !_known.Contains(member.Name)))
        {
            findings.Error(
                "prompt-unknown-key", member.Line, member.Column, $"There is no key '{member.Name}' here, only {string.Join(", ", _known)}.",
                Suggestion.For(member.Name, _known));
        }
    }

    public static string Describe(SourceNode value) => value.Kind switch
    {
        SourceKind.Object => JsonWords.Object,
        SourceKind.Array => JsonWords.List,
        SourceKind.Boolean => value.IsTrue ? "true" : "false",
        SourceKind.Null => "empty",
        SourceKind.Number => value.Text,
        _ => $"'{value.Text}'",
    };

    private SourceMember? Member(string key) => node.Members.FirstOrDefault(member => member.Name == key);
}
