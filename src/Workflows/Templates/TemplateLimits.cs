namespace Orchestrator.Workflows.Templates;

/// <summary>What the templates of one piece of work, such as one attempt of a step, may take together.</summary>
public static class TemplateLimits
{
    /// <summary>Turns of <c>{{#each}}</c>, blocks and placeholders that are evaluated.</summary>
    public const int MaxSteps = 1_000_000;

    /// <summary>Characters that are written: 10 Mi.</summary>
    public const int MaxText = 10 * 1024 * 1024;

    /// <summary>Characters of the values that are handed on as they are, or looked through: 100 Mi.</summary>
    public const int MaxRead = 100 * 1024 * 1024;
}
