using System.Security.Cryptography;

namespace Orchestrator.Cli.Tests;

/// <summary>What a state folder holds: every file with the hash of its bytes. Without locks, which only name the last process.</summary>
internal static class FolderSnapshot
{
    public static SortedDictionary<string, string> Of(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => (File: file, Name: Path.GetRelativePath(folder, file).Replace('\\', '/')))
            .Where(file => file.Name is not ("journal/lock" or "journal/owner.json") && !file.Name.StartsWith("~locks/", StringComparison.Ordinal))
            .ToDictionary(file => file.Name, file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.File))), StringComparer.Ordinal),
        StringComparer.Ordinal);
}
