namespace Orchestrator.Functions.Tests.Infrastructure;

/// <summary>
/// A test that needs the Bicep compiler. Where the build has none it is skipped and says so; with the environment variable <c>CI</c> set to
/// <c>true</c> it is not, and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BicepFactAttribute : FactAttribute
{
    public BicepFactAttribute() => Skip = Environment.GetEnvironmentVariable("CI") == "true" || BicepCompiler.IsThere ? null : BicepCompiler.Missing;
}
