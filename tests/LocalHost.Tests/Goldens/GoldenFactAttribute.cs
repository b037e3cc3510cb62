namespace Orchestrator.LocalHost.Tests.Goldens;

/// <summary>Runs only when <see cref="Variable"/> names the new folder: writing golden histories is a decision, not a test.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class GoldenFactAttribute : FactAttribute
{
    public const string Variable = "ORCHESTRATOR_WRITE_GOLDENS";

    public GoldenFactAttribute()
    {
        if (Environment.GetEnvironmentVariable(Variable) is null)
        {
            Skip = $"Writes golden histories: set {Variable} to the new folder.";
        }
    }
}
