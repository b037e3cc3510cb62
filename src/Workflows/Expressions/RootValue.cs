using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Expressions;

/// <summary>The value at which a path begins, or that there is none. Default: there is none. Immutable. Thread-safe.</summary>
public readonly record struct RootValue
{
    private RootValue(JsonNode? value, int consumed, string? problem, string? suggestion)
    {
        (Value, Consumed, Problem, Suggestion) = (value, consumed, problem, suggestion);
    }

    /// <summary>Whether there is a value.</summary>
    public bool Exists => Consumed > 0;

    /// <summary>The value; null for JSON's null, or if there is none.</summary>
    public JsonNode? Value { get; }

    /// <summary>How many segments of the path name the value, at least 1; the others lead into it. 0 if there is none.</summary>
    public int Consumed { get; }

    /// <summary>The error message if there is none; null for the default message.</summary>
    public string? Problem { get; }

    /// <summary>One sentence that says how to correct it; null if there is none.</summary>
    public string? Suggestion { get; }

    /// <summary>A value, which may be null.</summary>
    /// <param name="consumed">How many segments of the path name it, at least 1; more than the path has means all of it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="consumed"/> is less than 1.</exception>
    public static RootValue Of(JsonNode? value, int consumed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(consumed, 1);
        return new(value, consumed, null, null);
    }

    /// <summary>That there is no value.</summary>
    /// <param name="problem">The error message, one sentence; null for the default message.</param>
    /// <param name="suggestion">One sentence that says how to correct it; null if there is none.</param>
    public static RootValue Missing(string? problem = null, string? suggestion = null) => new(null, 0, problem, suggestion);
}
