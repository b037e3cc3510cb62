namespace Orchestrator.EndToEnd;

/// <summary>Files of this repository.</summary>
internal static class Repository
{
    private static string Root { get; } = FindRoot();

    /// <summary>The definition of an example.</summary>
    public static string Example(string name) => Directory.GetFiles(Path.Combine(Root, "examples", name), "workflow.*").Single();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has Orchestrator.sln.");
    }
}
