namespace Orchestrator.Testing.Azurite;

/// <summary>
/// The tests of this class need Azurite. Where it cannot run, those marked <see cref="SuiteFactAttribute"/> and <see cref="SuiteTheoryAttribute"/>
/// are skipped and say why; with the environment variable <c>CI</c> set to <c>true</c> they are not, and fail.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsAzuriteAttribute : Attribute
{
    /// <summary>Whether such tests run here, so that a fixture of theirs starts Azurite only then.</summary>
    public static bool IsRun => SkipReason is null;

    /// <summary>Why such tests are skipped here; null when they run.</summary>
    internal static string? SkipReason => Environment.GetEnvironmentVariable("CI") == "true" ? null : AzuritePackage.Missing;
}
