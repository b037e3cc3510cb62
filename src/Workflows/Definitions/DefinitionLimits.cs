namespace Orchestrator.Workflows.Definitions;

/// <summary>Upper limits of a definition and of a step's output (docs/definitions.md). A value equal to its limit is allowed.</summary>
public static class DefinitionLimits
{
    /// <summary>Size of a definition's text in bytes: 8 MiB.</summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>Number of steps of a definition.</summary>
    public const int MaxSteps = 10_000;

    /// <summary>Largest <c>maxParallelism</c> of a workflow or a run.</summary>
    public const int MaxParallelism = 10_000;

    /// <summary>Depth of nested objects and arrays.</summary>
    public const int MaxNesting = 64;

    /// <summary>Number of values that all aliases of a YAML text expand to.</summary>
    public const int MaxAliased = 100_000;

    /// <summary>Characters of all values that the aliases of a YAML text expand to: the same number as <see cref="MaxBytes"/>.</summary>
    public const int MaxAliasedCharacters = MaxBytes;

    /// <summary>Number of dependencies of all steps together, declared and inferred.</summary>
    public const int MaxDependencies = 2_000_000;

    /// <summary>Size of a step's output in bytes of JSON: 10 MiB.</summary>
    public const int MaxOutputBytes = 10 * 1024 * 1024;
}
