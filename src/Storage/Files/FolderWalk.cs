using System.IO.Enumeration;

namespace Orchestrator.Storage.Files;

/// <summary>
/// Lists keys below a folder in ordinal order; per level one folder is in memory. Links to files and folders are ignored, because their targets do
/// not belong to the store and listed keys may be deleted.
/// </summary>
internal static class FolderWalk
{
    private const char FolderEnd = '/';

    private static readonly EnumerationOptions OneLevel = new() { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };

    /// <summary>
    /// Every file whose path below <paramref name="root"/> is a key that the prefix covers. Files with other names do not belong to the store and are
    /// ignored.
    /// </summary>
    /// <param name="folders">The only folders directly below the root that are considered; null: all.</param>
    public static async IAsyncEnumerable<ContentKey> KeysAsync(string root, ContentPrefix prefix, IReadOnlyCollection<string>? folders)
    {
        if ((prefix.Folder.Length > 0 && folders?.Contains(ContentKey.FirstOf(prefix.Folder)) == false) || LeadsThroughLink(root, prefix.Folder))
        {
            yield break;
        }

        var levels = new Stack<Level>();
        levels.Push(await LevelAsync(root, prefix.Folder, prefix.Start));
        while (levels.TryPeek(out var level))
        {
            if (level.Next == level.Names.Length)
            {
                levels.Pop();
                continue;
            }

            var name = level.Names[level.Next++];
            var isFolder = name[^1] == FolderEnd;
            var key = ContentKey.Below(level.Folder, isFolder ? name[..^1] : name);
            if (level.Folder.Length == 0 && folders?.Contains(key.Value) == false)
            {
                continue;
            }

            if (isFolder)
            {
                levels.Push(await LevelAsync(root, key.Value, ""));
            }
            else
            {
                yield return key;
            }
        }
    }

    /// <summary>Temporary files of <see cref="DurableFile"/> that were last written before <paramref name="before"/>.</summary>
    /// <param name="folders">The only folders directly below <paramref name="root"/> that are searched; null: all.</param>
    public static IEnumerable<string> Leftovers(string root, IReadOnlyCollection<string>? folders, DateTimeOffset before)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return (folders?.Select(folder => Path.Combine(root, folder)).Where(folder => Directory.Exists(folder) && !IsLink(folder)) ?? [root])
            .SelectMany(start => new FileSystemEnumerable<string>(start, (ref entry) => entry.ToFullPath(), options)
            {
                ShouldIncludePredicate = (ref entry) =>
                    !entry.IsDirectory && DurableFile.IsTemporary(entry.FileName) && entry.LastWriteTimeUtc < before,
            });
    }

    /// <summary>
    /// Removes what would remain in a folder after its values are deleted: links, but not their targets, and folders without files. The folder itself
    /// remains, as does everything whose name is not that of a key.
    /// </summary>
    /// <param name="folders">The only folders directly below the root that are considered; null: all.</param>
    public static void RemoveEmpty(string root, string folder, IReadOnlyCollection<string>? folders)
    {
        if ((folders is not null && !(folder.Length > 0 && folders.Contains(ContentKey.FirstOf(folder)))) || LeadsThroughLink(root, folder))
        {
            return;
        }

        var start = Path.Combine(root, folder);
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = true };
        // Longer paths first: the content of a folder before the folder.
        foreach (var (path, isLink) in Found())
        {
            try
            {
                if (isLink)
                {
                    File.Delete(path);
                }
                else
                {
                    Directory.Delete(path);
                }
            }
            catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
            {
                // It is not empty, or deleted already.
            }
        }

        List<(string Path, bool IsLink)> Found()
        {
            try
            {
                return
                [
                    .. new FileSystemEnumerable<(string Path, bool IsLink)>(
                        start, (ref entry) => (entry.ToFullPath(), entry.Attributes.HasFlag(FileAttributes.ReparsePoint)), options)
                    {
                        ShouldIncludePredicate = (ref entry) =>
                            (entry.IsDirectory || entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
                            && ContentKey.IsSegment(entry.FileName.ToString()),
                        ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
                    }.OrderByDescending(entry => entry.Path.Length),
                ];
            }
            catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
            {
                // It is missing, or deleted by another process.
                return [];
            }
        }
    }

    /// <summary>Whether the path itself is a link, wherever that leads.</summary>
    public static bool IsLink(string path) => new FileInfo(path).LinkTarget is not null;

    private static bool LeadsThroughLink(string root, string folder)
    {
        for (var path = folder; path.Length > 0; path = Path.GetDirectoryName(path) ?? "")
        {
            if (IsLink(Path.Combine(root, path)))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<Level> LevelAsync(string root, string folder, string start)
    {
        var path = Path.Combine(root, folder);
        try
        {
            return new Level(folder, await DiskThreads.RunAsync(() => Names(path, folder, start)));
        }
        catch (DirectoryNotFoundException)
        {
            return new Level(folder, []);
        }
        catch (Exception exception) when (FileErrors.IsOfTheDisk(exception))
        {
            return File.Exists(path) ? new Level(folder, []) : throw FileErrors.Translate(exception, path);
        }
    }

    /// <summary>The names in a folder that can be segments of a key, in the order of the keys.</summary>
    private static string[] Names(string path, string folder, string start)
    {
        var above = folder.Length == 0 ? 0 : folder.Length + 1;
        string[] names =
        [
            .. new FileSystemEnumerable<string>(
                path, (ref entry) => entry.IsDirectory ? $"{entry.FileName}{FolderEnd}" : entry.FileName.ToString(), OneLevel)
            {
                ShouldIncludePredicate = (ref entry) =>
                    entry.FileName.StartsWith(start, StringComparison.Ordinal)
                    && above + entry.FileName.Length <= ContentKey.MaxLength
                    && ContentKey.IsSegment(entry.FileName),
            },
        ];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <summary>What is in one folder.</summary>
    /// <param name="Names">
    /// A folder's name ends with a slash, so that names sort as the keys: below 'a' comes 'a/…', which stands after 'a-b' and 'a.b'.
    /// </param>
    private sealed record Level(string Folder, string[] Names)
    {
        public int Next { get; set; }
    }
}
