using System.Diagnostics;

namespace Orchestrator.EndToEnd;

/// <summary>Files of this repository.</summary>
internal static class Repository
{
    private static string Root { get; } = FindRoot();

    /// <summary>The definition of an example.</summary>
    public static string Example(string name) => Directory.GetFiles(Path.Combine(Root, "examples", name), "workflow.*").Single();

    public static string File(string path) => Path.Combine(Root, path);

    /// <summary>Copies what git would clone, with the changes that are not committed yet.</summary>
    public static async Task CopyToAsync(string folder)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
        })!;
        var listed = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        foreach (var path in listed.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(path => System.IO.File.Exists(File(path))))
        {
            var target = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            System.IO.File.Copy(File(path), target);
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "Orchestrator.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} has Orchestrator.sln.");
    }
}
