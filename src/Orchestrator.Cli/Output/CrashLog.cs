namespace Orchestrator.Cli.Output;

/// <summary>Keeps what a user should not have to read.</summary>
internal static class CrashLog
{
    /// <summary>Writes the exception to a file of its own. Returns the file's path.</summary>
    public static string Write(Exception exception)
    {
        var path = Path.Combine(Path.GetTempPath(), $"orchestrator-{Environment.ProcessId}-{Guid.NewGuid():N}.log");
        File.WriteAllText(path, exception.ToString());
        return path;
    }
}
