using System.Security.Cryptography;

namespace Orchestrator.Cli.Tests;

/// <summary>
/// What a state folder holds: every file with the hash of its bytes. Without locks, which only name the last process, and an empty write-ahead log.
/// </summary>
internal static class FolderSnapshot
{
    public static SortedDictionary<string, string> Of(string folder) => new(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => (File: file, Name: Path.GetRelativePath(folder, file).Replace('\\', '/')))
            .Where(file => file.Name is not ("journal/lock" or "journal/owner.json") && !file.Name.StartsWith("~locks/", StringComparison.Ordinal)
                && !IsEmptyLog(file.File, file.Name))
            .ToDictionary(file => file.Name, file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file.File))), StringComparer.Ordinal),
        StringComparer.Ordinal);

    /// <summary>Whether the file is the lock of the write-ahead log, its position, or a segment without a record: a header.</summary>
    public static bool IsEmptyLog(string file, string name) =>
        name is "~wal/lock" or "~wal/position" || (name.StartsWith("~wal/segment-", StringComparison.Ordinal) && new FileInfo(file).Length == 128);
}
