namespace Orchestrator.Testing;

/// <summary>The folder of this repository, for tests of files that no build copies.</summary>
public static class RepositoryFolder
{
    /// <summary>The absolute path.</summary>
    public static string Path { get; } = Find();

    /// <summary>The absolute path of something inside, written with <c>/</c>.</summary>
    public static string Combine(string name) => System.IO.Path.Combine(Path, name);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Orchestrator.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has Orchestrator.sln.");
    }
}
