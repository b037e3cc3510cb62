namespace Orchestrator.Testing;

/// <summary>A folder of one test, deleted with everything in it at the end.</summary>
public sealed class TempFolder : IDisposable
{
    /// <summary>Creates an empty folder.</summary>
    /// <param name="under">The folder that it is made in; null means the system's temporary folder.</param>
    public TempFolder(string? under = null) => Path = under is null
        ? Directory.CreateTempSubdirectory("orchestrator-").FullName
        : Directory.CreateDirectory(System.IO.Path.Combine(under, $"orchestrator-{Guid.NewGuid():N}")).FullName;

    /// <summary>The absolute path.</summary>
    public string Path { get; }

    /// <summary>The absolute path of something inside; nothing is created.</summary>
    public string Combine(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }
}
