using System.ComponentModel;
using System.Diagnostics;

namespace Orchestrator.Testing.Azurite;

/// <summary>The pinned npm package in <c>tests/azurite</c>, installed by the first process that needs it.</summary>
internal static class AzuritePackage
{
    /// <summary>An installation takes a minute; other test processes wait for it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly string Folder = Path.Combine(RepositoryFolder.Path, "tests", "azurite");

    /// <summary>Why Azurite cannot be run here; null when it can.</summary>
    public static string? Missing { get; } =
        FindCommand("node") is null || FindCommand("npm") is null
            ? "node and npm are not installed; Azurite needs both (Node.js 20 or later)."
            : null;

    /// <summary>The script that starts the blob, the queue and the table service.</summary>
    public static string Server => Path.Combine(Folder, "node_modules", "azurite", "dist", "src", "azurite.js");

    /// <summary>The script that makes it end with its parent.</summary>
    public static string EndWithParent => Path.Combine(Folder, "end-with-parent.cjs");

    /// <summary>Runs <c>npm ci</c> unless what is installed is what the lock file says. One process at a time does so, the others wait.</summary>
    /// <exception cref="InvalidOperationException">npm is missing or failed; the message has what it said.</exception>
    public static async Task InstallAsync()
    {
        if (Missing is not null)
        {
            throw new InvalidOperationException(Missing);
        }

        if (IsInstalled())
        {
            return;
        }

        await using var turn = await TakeTurnAsync();
        if (!IsInstalled())
        {
            await RunNpmAsync();
        }
    }

    // npm writes this file last, so after an installation that was cut off it is missing.
    private static bool IsInstalled() =>
        new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json")) is { Exists: true } installed
        && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"));

    /// <summary>Holds an open file that no other process can open. The system closes it when its process ends.</summary>
    private static async Task<FileStream> TakeTurnAsync()
    {
        var end = Stopwatch.GetTimestamp() + (long)(Patience.TotalSeconds * Stopwatch.Frequency);
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(Folder, ".install"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (Stopwatch.GetTimestamp() < end)
            {
                await Task.Delay(100);
            }
        }
    }

    private static async Task RunNpmAsync()
    {
        // No script of any package is needed to run Azurite.
        using var npm = Process.Start(new ProcessStartInfo(FindCommand("npm")!, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new Win32Exception();
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEndAsync();
        await npm.WaitForExitAsync();
        if (npm.ExitCode != 0)
        {
            throw new InvalidOperationException($"'npm ci' in {Folder} failed with {npm.ExitCode}: {await errors}{await output}");
        }
    }

    private static string? FindCommand(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(folder => OperatingSystem.IsWindows()
            ? new[] { Path.Combine(folder, name + ".exe"), Path.Combine(folder, name + ".cmd") }
            : [Path.Combine(folder, name)])
        .FirstOrDefault(File.Exists);
}
