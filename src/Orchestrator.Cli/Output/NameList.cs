namespace Orchestrator.Cli.Output;

/// <summary>Names in a sentence.</summary>
internal static class NameList
{
    /// <summary>More names than this are counted.</summary>
    private const int MaxNames = 12;

    public static string Of(IReadOnlyList<string> names) => names.Count <= MaxNames
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MaxNames))} and {names.Count - MaxNames} more";
}
