namespace Orchestrator.Workflows.Definitions;

/// <summary>What a definition, and an output, may be at most (FORMAT.md).</summary>
public static class DefinitionLimits
{
    /// <summary>Bytes of text: 8 MiB.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    public const int MaxSteps = 10_000;

    /// <summary>Objects and arrays within one another.</summary>
    public const int MaxNesting = 64;

    /// <summary>Values that the aliases of a YAML text stand for, all together.</summary>
    public const int MaxAliased = 100_000;

    /// <summary>Characters of those values, all together: as many as a text may have bytes.</summary>
    public const int MaxAliasedCharacters = MaxBytes;

    /// <summary>Dependencies of all steps together, written or inferred.</summary>
    public const int MaxDependencies = 2_000_000;

    /// <summary>Bytes of a step's output: 10 MiB.</summary>
    public const int MaxOutputBytes = 10 * 1024 * 1024;
}
