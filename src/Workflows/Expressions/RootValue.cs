using System.Text.Json.Nodes;

namespace Orchestrator.Workflows.Expressions;

/// <summary>Where a path begins: the value that its first names stand for, or nothing at all. The default is nothing.</summary>
public readonly record struct RootValue
{
    private RootValue(JsonNode? value, int consumed, string? problem, string? suggestion)
    {
        (Value, Consumed, Problem, Suggestion) = (value, consumed, problem, suggestion);
    }

    /// <summary>Whether the path begins at something.</summary>
    public bool Exists => Consumed > 0;

    /// <summary>The value; null is JSON's null, or that nothing was found.</summary>
    public JsonNode? Value { get; }

    /// <summary>How many segments of the path it took to name the value, at least 1; the others lead into it. 0 when nothing was found.</summary>
    public int Consumed { get; }

    /// <summary>One sentence that says what the path fails to name; null for the usual one.</summary>
    public string? Problem { get; }

    /// <summary>A sentence that may help; null when there is none.</summary>
    public string? Suggestion { get; }

    /// <summary>The first <paramref name="consumed"/> segments of the path name <paramref name="value"/>, which may be null.</summary>
    /// <param name="consumed">1 or more; what exceeds the path counts as all of it.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="consumed"/> is less than 1.</exception>
    public static RootValue Of(JsonNode? value, int consumed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(consumed, 1);
        return new(value, consumed, null, null);
    }

    /// <summary>The path names nothing.</summary>
    /// <param name="problem">One sentence that says so; null for the usual one.</param>
    /// <param name="suggestion">A sentence that may help; null when there is none.</param>
    public static RootValue Missing(string? problem = null, string? suggestion = null) => new(null, 0, problem, suggestion);
}
