using System.Text.RegularExpressions;

namespace Orchestrator.Workflows.Names;

/// <summary>What names may look like (FORMAT.md), in one place for the reader, the API and the stores.</summary>
public static partial class NameRules
{
    /// <summary>Roots of expressions that no step and no output may take.</summary>
    public static IReadOnlySet<string> Reserved { get; } =
        new HashSet<string>(["inputs", "context", "steps", "item", "index", "previous", "run", "secrets"], StringComparer.Ordinal);

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_-]{0,127}\\z")]
    public static partial Regex StepId { get; }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]{0,127}\\z")]
    public static partial Regex OutputKey { get; }

    [GeneratedRegex("^[a-z0-9-]{1,128}\\z")]
    public static partial Regex Slug { get; }

    /// <summary>An app as the stores and the API name it.</summary>
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,63}\\z")]
    public static partial Regex App { get; }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}\\z")]
    public static partial Regex RunId { get; }
}
